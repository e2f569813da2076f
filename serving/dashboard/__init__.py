"""The pages that managers and reviewers open in a browser, served beside the HTTP interface."""
