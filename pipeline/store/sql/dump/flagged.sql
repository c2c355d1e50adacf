-- the receipts between two numbers that hold something that is flagged as an error
select distinct seq from report where seq between ? and ? and contains(normalised, '"severity":"error"')
