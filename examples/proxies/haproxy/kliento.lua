-- Authenticates a request with a Kliento verifier: `http-request lua.kliento URL`.
--
-- If the token is valid, the request gets the verifier's X-Kliento-* headers and the variable txn.kliento_subject. Otherwise it is
-- rejected. Host, scheme, path and query are for a verifier with routes, whose URL has no audience.

local IDENTITY = {
    "x-kliento-subject",
    "x-kliento-organisation",
    "x-kliento-user",
    "x-kliento-signer",
    "x-kliento-claims",
    "x-kliento-expires",
}

-- The headers of a rejection that are returned to the client.
local REJECTION_HEADERS = { "content-type", "www-authenticate", "retry-after" }

-- Requests wait for the verifier, so a time-out is needed.
local TIMEOUT_MILLISECONDS = 5000

-- The values of HAProxy's header tables, whose first index is 0.
local function values(headers, name)
    local all = {}
    local received = headers[name]
    if received ~= nil then
        local index = 0
        while received[index] ~= nil do
            all[#all + 1] = received[index]
            index = index + 1
        end
    end
    return all
end

local function reject(txn, status, headers, body)
    local reply = txn:reply({ status = status, body = body })
    for _, name in ipairs(REJECTION_HEADERS) do
        for _, value in ipairs(values(headers, name)) do
            reply:add_header(name, value)
        end
    end
    reply:add_header("cache-control", "no-store")
    txn:done(reply)
end

local function authenticate(txn, url)
    local received = txn.http:req_get_headers()
    -- All of them: the verifier rejects requests with several.
    local headers = {
        ["authorization"] = values(received, "authorization"),
        ["x-forwarded-host"] = values(received, "host"),
        ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
        ["x-forwarded-uri"] = { txn.f:pathq() },
    }
    for name, sent in pairs(headers) do
        if #sent == 0 then
            headers[name] = nil
        end
    end
    local answer = core.httpclient():get({ url = url, headers = headers, timeout = TIMEOUT_MILLISECONDS })
    if answer.status == 401 or answer.status == 403 then
        return reject(txn, answer.status, answer.headers, answer.body)
    end
    if answer.status ~= 200 then
        return reject(txn, 503, {}, "")
    end
    for _, name in ipairs(IDENTITY) do
        local value = values(answer.headers, name)
        if #value ~= 1 then
            -- Not from a verifier.
            return reject(txn, 503, {}, "")
        end
        txn.http:req_set_header(name, value[1])
    end
    txn:set_var("txn.kliento_subject", values(answer.headers, IDENTITY[1])[1])
end

core.register_action("kliento", { "http-req" }, authenticate, 1)
