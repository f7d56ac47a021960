/** PE32+ images: read, placed and relocated, and what their signatures are about. */
package dev.lungo.boot.pe;
