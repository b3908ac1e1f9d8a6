-- Deletes a user's history, and sets the fence that refuses changes from before the erasure.
-- KEYS, all of one slot: the keys of the history, then the fence (time of the last erasure).
-- ARGV: time of the erasure, milliseconds for which the fence stays, 1 to delete the history even if this erasure has
-- been made.
-- Answer: number of deleted keys.
local fence = KEYS[#KEYS]
local time = tonumber(ARGV[1])
local made = tonumber(redis.call('GET', fence) or nil)
local gone = 0
if ARGV[3] == '1' or not made or made < time then
  gone = redis.call('DEL', unpack(KEYS, 1, #KEYS - 1))
end
if not made or made < time then made = time end
redis.call('SET', fence, string.format('%.0f', made), 'PX', ARGV[2])
return {gone}
