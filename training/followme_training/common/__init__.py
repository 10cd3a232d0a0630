"""What the tasks share: command, data, checkpoints, export, cards and reports."""
