/** Every spec of the registry that neither replaces a module nor starts a process, loaded at once: much faster than each alone. */
import '../../../libs/core/src/registry/backoff.spec.js';
import '../../../libs/core/src/registry/capacity-gate.spec.js';
import '../../../libs/core/src/registry/clock.spec.js';
import '../../../libs/core/src/registry/copy-options.spec.js';
import '../../../libs/core/src/registry/idle-list.spec.js';
import '../../../libs/core/src/registry/registry-options.spec.js';
import '../../../libs/core/src/registry/retirements.spec.js';
import '../../../libs/core/src/registry/tenant-map.spec.js';
import '../bad-input.spec.js';
import '../capacity.spec.js';
import '../close.spec.js';
import '../creation.spec.js';
import '../leases.spec.js';
import '../presence.spec.js';
import '../spelling.spec.js';
import '../time.spec.js';
import '../told.spec.js';
