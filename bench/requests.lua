-- What wrk sends (https://github.com/wg/wrk, SCRIPTING): a read or a write of one secret of one person,
-- each drawn anew. Arguments: "read" or "write", origin, host, number of people, secrets each.
dofile("bench/wrk-both.lua")
local kind, origin, host, people, each

function init(args)
  kind, origin, host, people, each = args[1], args[2], args[3], tonumber(args[4]), tonumber(args[5])
end

function request()
  local person = math.random(0, people - 1)
  local body = '{"app":"sbench","name":"KEY_' .. math.random(0, each - 1) .. '"'
  if kind == "write" then body = body .. ',"value":"' .. value(48) .. '","until":null' end
  body = body .. "}"
  return table.concat({
    kind == "write" and "POST /api/v1/secrets/allow" or "POST /api/v1/secrets/use",
    " HTTP/1.1\r\nHost: ", host,
    "\r\nOrigin: ", origin,
    "\r\nCookie: __Host-portafilter.session=", string.rep("A", 43 - #tostring(person)), person,
    "\r\nX-Forwarded-For: 10.", math.floor(person / 65536), ".", math.floor(person / 256) % 256, ".", person % 256,
    "\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: ", #body,
    "\r\n\r\n", body,
  })
end
