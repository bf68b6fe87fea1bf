"""Microsoft identity and Graph, without Django: the client, its records, and a simulator to practice on."""
