"""Pages of signing in, organizations and contacts, one module for each topic."""
