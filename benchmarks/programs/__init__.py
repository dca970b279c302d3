"""How often a diagnosis of a real program is right: the folder is the user's."""
