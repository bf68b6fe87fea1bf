"""CSV files become rows of an account: read, checked line by line, shown, and then written as a whole or not at all."""
