-- What wrk sends to the peer: as bench/requests.lua, a read or a write of one secret of one person, each
-- drawn anew. Arguments: "read" or "write", host, token, number of people, secrets each.
dofile("bench/wrk-both.lua")
local kind, host, token, people, each

function init(args)
  kind, host, token, people, each = args[1], args[2], args[3], tonumber(args[4]), tonumber(args[5])
end

function request()
  local path = "/v1/secret/data/" .. math.random(0, people - 1) .. "/KEY_" .. math.random(0, each - 1)
  local head = " HTTP/1.1\r\nHost: " .. host .. "\r\nX-Vault-Token: " .. token
  if kind == "read" then return "GET " .. path .. head .. "\r\n\r\n" end
  local body = '{"data":{"value":"' .. value(64) .. '"}}'
  return table.concat({
    "POST ", path, head, "\r\nContent-Type: application/json\r\nContent-Length: ", #body, "\r\n\r\n", body,
  })
end
