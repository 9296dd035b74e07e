"""A file of tracking numbers: upload → what each row would do → entered → what became of each."""
