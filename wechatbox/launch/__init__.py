"""From code to everybody's phone: uploads, commits, audits, releases, and the people who do them at WeChat."""
