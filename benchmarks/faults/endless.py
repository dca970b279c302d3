"""A script that does not come to its training, to be interrupted meanwhile."""

import time

if __name__ == "__main__":
    print("started", flush=True)
    time.sleep(600)
