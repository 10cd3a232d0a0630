"""How the graph is started: arguments and the table become processes; nothing is started here."""
