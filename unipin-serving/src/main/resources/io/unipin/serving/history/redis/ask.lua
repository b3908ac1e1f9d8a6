-- Returns the time of a user's last erasure, if its fence still stands, and the present time.
-- KEYS: the fence.
-- Answer: time of the erasure or an empty text, milliseconds since 1970.
local clock = redis.call('TIME')
return {redis.call('GET', KEYS[1]) or '', clock[1] * 1000 + math.floor(clock[2] / 1000)}
