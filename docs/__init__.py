"""The site: pages, and the programs that write them."""
