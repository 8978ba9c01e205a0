// SPDX-License-Identifier: EUPL-1.2
// The pages that belong to no slice: home, help, health, metrics, the description of the interface.
#pragma once

namespace app {

class Application;

void add_pages(Application&);

}  // namespace app
