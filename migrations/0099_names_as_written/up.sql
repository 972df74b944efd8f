-- Names of customers are known by their words also to what masks texts before they leave the house: *Wanjikũ* is *Wanjiku*, the
-- vowels of Kikuyu like the accents of before, and characters that nobody sees part no word.
CREATE OR REPLACE FUNCTION ratiba_search_words(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT word COLLATE "C"), '{}')
    FROM unnest(string_to_array(
        CASE WHEN octet_length(words) = char_length(words)
        THEN
            -- The apostrophe goes without a trace: *Ng''ang''a*.
            lower(translate(words, E'!"#$%&()*+,-./:;<=>?@[]^_`{|}~\\ \t\n\u000B\f\r''', '                                     '))
        ELSE
            lower(translate(normalize(words, NFC),
                E'!"#$%&()*+,-./:;<=>?@[]^_`{|}~\\ \t\n\u000B\f\r\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200A\u2028\u2029\u205F\u3000'
                    || 'ÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆČçćčĎďÈÉÊËĒĖĘĚèéêëēėęěĞğÌÍÎÏĪĮìíîïīįŁłÑŃŇñńňÒÓÔÕÖØŌŐòóôõöøōőŘřŚŞŠśşšŤťÙÚÛÜŪŮŰùúûüūůűÝýÿŹŻŽźżžĨĩŨũ'
                    || E'''’‘ʼ´\u00AD\u200B\u200C\u200D\u2060\uFEFF',
                rpad('', 52) || 'AAAAAAAAAaaaaaaaaaCCCcccDdEEEEEEEEeeeeeeeeGgIIIIIIiiiiiiLlNNNnnnOOOOOOOOooooooooRrSSSsssTtUUUUUUUuuuuuuuYyyZZZzzzIiUu'))
        END,
        ' ')) AS word
    WHERE word <> ''
$$;

-- The words of everybody whose name is not plain ASCII are made anew. The owner sees no rows while row-level security is forced.
ALTER TABLE customers NO FORCE ROW LEVEL SECURITY;
ALTER TABLE customer_words NO FORCE ROW LEVEL SECURITY;
DELETE FROM customer_words w USING customers c
    WHERE c.tenant_id = w.tenant_id AND c.id = w.customer_id AND octet_length(c.name) <> char_length(c.name);
INSERT INTO customer_words (tenant_id, word, customer_id)
    SELECT c.tenant_id, word, c.id FROM customers c, unnest(ratiba_customer_words(c.name, c.phone)) AS word
    WHERE octet_length(c.name) <> char_length(c.name);
ALTER TABLE customer_words FORCE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
