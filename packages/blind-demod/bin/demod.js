#!/usr/bin/env node
// npm links this file before there is a build.
import '../dist/demod.js';
