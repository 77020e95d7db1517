"""The reviewer's kit: what an auditor needs to get to know the mini program."""
