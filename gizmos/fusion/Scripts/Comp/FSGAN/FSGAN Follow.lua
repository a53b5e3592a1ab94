-- Made by python -m fsgan_resolve.fusion_files. Do not edit.
local found, fsgan = pcall(require, 'fsgan')
if not found then found, fsgan = pcall(dofile, fusion:MapPath('Modules:/Lua/fsgan.lua')) end
if found then fsgan.follow(comp, fusion, bmd) else print('FSGAN is not installed for this program. Run: fsgan install resolve') end
