-- What a server of an older version runs. It notes no times of writes.
-- Writes one chunk of a user's rows together with the list of the user's chunks under one model.
-- KEYS: the user's hash, the mark of the user's erasure
-- ARGV: field of the list; the list that the writer saw, or nothing; the list after this write; time to live in
-- milliseconds; field of the chunk; the chunk; fields to remove
-- Answer: 1; or 0 if the user was erased lately; or 2 if another server wrote meanwhile. Then nothing changes.
if redis.call('EXISTS', KEYS[2]) == 1 then return {0} end
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return {2} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3], ARGV[5], ARGV[6])
if #ARGV > 6 then redis.call('HDEL', KEYS[1], unpack(ARGV, 7)) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {1}
