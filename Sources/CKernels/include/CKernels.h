// Element-wise loops, and loops over text, that Swift, built for the oldest x86-64, cannot run at the processor's full
// width.
//
// Each function is compiled several times and the widest version that the processor has is taken at start. None lets
// the compiler join a product and a sum or reorder a sum, so every version gives the same bits.
#pragma once

#include "bfloat16.h"
#include "bytes.h"
#include "convolution.h"
#include "crf.h"
#include "draws.h"
#include "elementary.h"
#include "elementwise.h"
#include "maps.h"
#include "noise.h"
#include "product.h"
#include "recurrent.h"
#include "text.h"
#include "views.h"
#include "waves.h"
#include "windows.h"
