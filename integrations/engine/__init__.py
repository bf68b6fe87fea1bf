"""The sync engine: PostgreSQL holds the work, workers claim it, read Microsoft completely and write behind a fence."""
