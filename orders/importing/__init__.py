"""Orders from files: reading, recognising columns, checking rows, comparing with what is here, writing in chunks.

`readers` knows files and nothing of orders; `columns` knows names of columns; `cells` and `rows` turn text into an
arriving order or into reasons why not; `spool` keeps the rows where a job can begin in the middle; `preview` and `run`
are the two jobs. Nothing here writes an order: `orders.services.arrival` does.
"""
