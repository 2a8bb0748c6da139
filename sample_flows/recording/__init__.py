"""What `record.py` needs: the stories, the programs, two browsers, and the list of outcomes."""
