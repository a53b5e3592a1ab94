-- One run of the engine: find the program, start it in the background, read how far it is. Knows the shell and files;
-- of Fusion only the control Engine.

local settings = require("fsgan_settings")
local words = require("fsgan_text")

local M = {}

-- The program: what the artist asked for, $FSGAN_ENGINE, what the installer wrote down, or the PATH. A place may be the
-- program itself, the folder of an environment, or a checkout.
function M.engine(asked, noted_file)
  local tail = words.on_windows and "/Scripts/fsgan.exe" or "/bin/fsgan"
  for _, place in ipairs({ asked, os.getenv("FSGAN_ENGINE") or "", words.read_all(noted_file) or "" }) do
    place = words.trimmed(place)
    if place ~= "" then
      for _, program in ipairs({ place .. "/.venv" .. tail, place .. tail, place }) do
        if words.exists(program) then return program end
      end
      words.fail("There is no engine at " .. place .. ". " .. settings.how_to_install)
    end
  end
  return "fsgan"
end

-- The program and its version, asked from itself; takes a fraction of a second.
function M.checked_engine(asked, noted_file)
  local program = M.engine(asked, noted_file)
  local command = "unset " .. settings.dropped_variables .. "; " .. words.quoted(program) .. " --version 2>/dev/null"
  if words.on_windows then command = '"' .. words.quoted(program) .. ' --version 2>nul"' end
  local pipe = io.popen(command)
  local said = pipe and pipe:read("*a") or ""
  if pipe then pipe:close() end
  local version = said:match("^%s*(%d+%.%d+[%d.]*)")
  if not version then words.fail("The engine " .. program .. " does not start. " .. settings.how_to_install) end
  local major, minor = version:match("^(%d+)%.(%d+)")
  local oldest = settings.oldest_engine
  if tonumber(major) < oldest[1] or (tonumber(major) == oldest[1] and tonumber(minor) < oldest[2]) then
    words.fail(string.format("The engine %s is version %s, and this macro needs %d.%d or newer. Update it: git pull, "
      .. "then python3 install/bootstrap.py install.", program, version, oldest[1], oldest[2]))
  end
  return program, version
end

-- Starts the engine on a job, in a folder beside the output, and gives the folder. The engine itself holds the lock that
-- lets one render at a time write an output.
function M.start(program, job, out, createdir)
  local unlike = tostring({}):gsub("[^%x]", ""):sub(-6) -- where a table lies differs between two programs
  local folder = words.output_stem(out) .. ".fsgan/" .. os.date("%Y%m%d-%H%M%S") .. "-" .. unlike
  pcall(createdir, folder) -- what went wrong shows when the job is written
  words.write(folder .. "/job.json", job)
  local script = folder .. (words.on_windows and "/start.cmd" or "/start.sh")
  words.write(script, M.script(program, folder))
  os.execute(words.on_windows and 'start "" /b cmd /d /c "' .. words.quoted(script) .. '"'
    or "nohup sh " .. words.quoted(script) .. " > /dev/null 2>&1 &")
  return folder
end

-- The script that runs the engine in the background and notes its exit code, whatever becomes of this program.
function M.script(program, folder)
  local q = words.quoted
  local run = string.format("%s run %s --run-folder %s --log json > %s 2>&1", q(program), q(folder .. "/job.json"),
    q(folder), q(folder .. "/engine.log"))
  if not words.on_windows then
    return string.format("#!/bin/sh\necho $$ > %s\nunset %s\n%s\necho $? > %s\n", q(folder .. "/pid"),
      settings.dropped_variables, run, q(folder .. "/exit"))
  end
  local clear = settings.dropped_variables:gsub("%S+ ?", function(name) return 'set "' .. words.trimmed(name) .. '="\r\n' end)
  local noted = (q(folder .. "/exit"):gsub("%%", "%%%%"))
  return "@echo off\r\nchcp 65001 >nul\r\nsetlocal\r\n" .. clear .. run:gsub("%%", "%%%%")
    .. "\r\necho %ERRORLEVEL%> " .. noted .. "\r\n"
end

-- Whether the script that runs the engine is there. nil where that cannot be known.
function M.is_alive(folder)
  local pid = not words.on_windows and (words.read_all(folder .. "/pid") or ""):match("%d+")
  if not pid then return nil end
  local answer = os.execute("kill -0 " .. pid .. " 2>/dev/null")
  return answer == 0 or answer == true
end

-- How far a run is: a sentence, whether it ended, whether well, and the first and last frame done.
function M.state(folder)
  local state = { sentence = "starting ...", ended = false, ok = false }
  for line in (words.read_all(folder .. "/events.ndjson") or ""):gmatch("([^\n]*)\n") do
    local event = words.event(line)
    if event then M.after(state, event) end
  end
  local code = (words.read_all(folder .. "/exit") or ""):match("%d+")
  if not state.ended and (code or M.is_alive(folder) == false) then M.last_words(state, folder, code) end
  return state
end

function M.after(state, event)
  if event.event == "step" or event.event == "frame" then
    state.sentence = string.format("%s: %d of %d", event.step or "working", event.done or 0, event.total or 0)
    if event.event == "step" then
      -- Frames that were finished before are told of in a step of their own, before pass 1.
      if state.step == "keep finished frames" then state.kept_first, state.kept_last = state.first, state.last end
      state.step, state.first, state.last = event.step, state.kept_first, state.kept_last
    end
    if event.frame then
      state.first = math.min(state.first or event.frame, event.frame)
      state.last = math.max(state.last or event.frame, event.frame)
    end
  elseif event.event == "warning" then
    state.warning = event.message
  elseif event.event == "failed" then
    state.ended, state.sentence = true, event.message or "The engine failed."
    state.cancelled = event.exit_code == 130 or event.exit_code == 143
  elseif event.event == "finished" then
    state.ended, state.ok, state.sentence = true, true, event.message or "Done."
  end
end

-- The end of a run whose engine went without telling.
function M.last_words(state, folder, code)
  state.ended, state.cancelled = true, words.exists(folder .. "/cancel")
  if state.cancelled then
    state.sentence = "Cancelled. Frames written so far are complete."
    return
  end
  local said = ""
  for line in (words.read_all(folder .. "/engine.log") or ""):gmatch("[^\r\n]+") do
    if line:sub(1, 1) ~= "{" and line ~= "Killed" then said = " It said: " .. line:gsub("^ERROR: ", "") end
  end
  state.sentence = string.format("The engine ended before its work was done (%s): it was killed, or it crashed. Frames "
    .. "written so far are complete; render again to go on.%s The log is %s/engine.log.",
    code and "exit code " .. code or "no exit code", said, folder)
end

return M
