"""Pages of flexible assets, one module for each topic."""
