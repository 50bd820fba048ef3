#!/usr/bin/python3 -SEB
# A plain AGI program as Asterisk starts it for each call: it knows its one contact by heart.
import sys

while sys.stdin.readline().strip():
    pass
for name, value in [
    ("STASISD_CONTACT_ID", "K-1"),
    ("STASISD_CONTACT_NAME", "Caller 1"),
    ("STASISD_CONTACT_SOURCE", "file"),
    ("STASISD_CONTACT_ITEMS", "0"),
    ("STASISD_CONTACT_ALERT", ""),
    ("STASISD_CONTACT", "found"),
    ("STASISD_FACT_CITY", "Girona"),
    ("CALLERID(name)", "Caller 1"),
    ("STASISD_ERROR", ""),
]:
    print(f'SET VARIABLE {name} "{value}"', flush=True)
    sys.stdin.readline()
