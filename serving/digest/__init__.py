"""What opened, grew and closed over some days, as a page that mails well."""
