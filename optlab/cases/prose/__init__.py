"""What the articles claim in prose, one file a claim."""
