// SPDX-License-Identifier: EUPL-1.2
// The door: measurement and selection of adaptive tests over a tree of competences, and
// calibration. Pure: no files, no clock, no database. See README.md for what is where,
// docs/engine.md for why.
#pragma once
#include "engine/calibration.hpp"
#include "engine/calibration_live.hpp"
#include "engine/calibration_tree.hpp"
#include "engine/dif.hpp"
#include "engine/drift.hpp"
#include "engine/estimates.hpp"
#include "engine/grid.hpp"
#include "engine/item_fit.hpp"
#include "engine/kernels.hpp"
#include "engine/linking.hpp"
#include "engine/math.hpp"
#include "engine/models.hpp"
#include "engine/posterior.hpp"
#include "engine/profile.hpp"
#include "engine/random.hpp"
#include "engine/responses.hpp"
#include "engine/session.hpp"
#include "engine/speed.hpp"
#include "engine/tables.hpp"
#include "engine/tree.hpp"
