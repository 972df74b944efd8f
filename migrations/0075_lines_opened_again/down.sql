-- A program of before 0059 books nothing for lines that were opened again: leave them alone while one runs.
DROP TRIGGER mpesa_statement_lines_booked_again ON mpesa_statement_lines;
DROP FUNCTION ratiba_books_it_again();
