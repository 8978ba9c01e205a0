// SPDX-License-Identifier: EUPL-1.2
// The door: the subcommands over files, and what reads and writes those.
#pragma once
#include "psychometrics/commands.hpp"
#include "psychometrics/files.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
