#pragma once
// The whole JSON interface: reading (document.h), building text (writer.h), formats of others (format.h).
#include "json/document.h"
#include "json/format.h"
#include "json/writer.h"
