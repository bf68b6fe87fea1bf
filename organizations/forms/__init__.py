"""Forms, one module for each topic."""
