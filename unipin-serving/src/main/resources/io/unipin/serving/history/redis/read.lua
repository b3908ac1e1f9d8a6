-- Reads one user's history, unless the caller knows its revision. change.lua explains the keys.
-- KEYS: 1 and 2 of change.lua. ARGV: known revision, or nothing
-- Answer: nothing if there is no history; only the revision if the caller knows it; otherwise the revision, the number
-- of older events that count, and the kept events, in which ids and values alternate
local meta = redis.call('HMGET', KEYS[1], 'v', 'r', 'o')
if not meta[1] then return {} end
if meta[1] ~= '1' then
  return redis.error_reply('UNIPIN a history of format 1 expected, got ' .. meta[1])
end
if meta[2] == ARGV[1] then return {meta[2]} end
return {meta[2], meta[3], redis.call('HGETALL', KEYS[2])}
