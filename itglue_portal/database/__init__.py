"""The database backend behind the wall (`base`) and the roles it connects as (`roles`)."""
