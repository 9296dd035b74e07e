"""Pictures made clean and files kept private: what a shop or the platform uploads is stored, sealed and served here."""
