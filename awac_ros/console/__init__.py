"""The operator's page: what it shows, who may open it, and whose hand is on the stick. No ROS here.

`nodes/console.py` fills it from topics and publishes for it. One port serves the page (`web.py`, with `web/` as its
text), its socket, and the 3-D view (`scene.py`, drawn by viser); `access.py` decides who is let in, and `hold.py` is
the dead-man of every way to drive from a browser.
"""
