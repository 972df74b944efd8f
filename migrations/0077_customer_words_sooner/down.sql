CREATE OR REPLACE FUNCTION ratiba_search_words(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT word COLLATE "C"), '{}')
    FROM regexp_split_to_table(
        lower(translate(translate(normalize(words, NFC), '''’', ''),
            'ÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆČçćčĎďÈÉÊËĒĖĘĚèéêëēėęěĞğÌÍÎÏĪĮìíîïīįŁłÑŃŇñńňÒÓÔÕÖØŌŐòóôõöøōőŘřŚŞŠśşšŤťÙÚÛÜŪŮŰùúûüūůűÝýÿŹŻŽźżž',
            'AAAAAAAAAaaaaaaaaaCCCcccDdEEEEEEEEeeeeeeeeGgIIIIIIiiiiiiLlNNNnnnOOOOOOOOooooooooRrSSSsssTtUUUUUUUuuuuuuuYyyZZZzzz')),
        '[[:space:]!-/:-@[-`{-~]+') AS word
    WHERE word <> ''
$$;
