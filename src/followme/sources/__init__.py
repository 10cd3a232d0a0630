"""Where frames come from: scripted walks with truth, folders, recordings."""
