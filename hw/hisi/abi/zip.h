/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * HiSilicon ZIP: the descriptor (SQE, 128 bytes = 32 dwords), its status, and
 * the context of stateful requests. "I" is written by software, "O" by the
 * device into the same slot; a device writes no other dword and returns all
 * others as they came.
 *
 * Sources: UADK drv/hisi_comp.c (run and captured), v1/drv/hisi_zip_udrv.h;
 * Linux drivers/crypto/hisilicon/zip/zip.h, zip_crypto.c.
 */
#ifndef UACCED_HW_HISI_ABI_ZIP_H_
#define UACCED_HW_HISI_ABI_ZIP_H_

#include <linux/types.h>

struct hisi_zip_sqe {
	__le32 consumed; /* 0 O: input bytes used, a trailer included */
	__le32 produced; /* 1 O: output bytes; lz77: sequences */
	__le32 comp_data_length; /* 2 O: lz77: literal bytes */
	__le32 dw3; /* 3 O: status */
	__le32 input_data_length; /* 4 I */
	__le32 lba_l; /* 5 I: storage only, else 0 */
	__le32 lba_h; /* 6 */
	__le32 dw7; /* 7 I: control */
	__le32 dw8; /* 8 I: output offset into the SGL */
	__le32 dw9; /* 9 I: request */
	__le32 dw10; /* 10 I: DIF, else 0 */
	__le32 priv_info; /* 11 I: DIF, else 0 */
	__le32 dw12; /* 12 I: DIF, else 0 */
	__le32 tag; /* 13 I: type 0; lz77 of type 3: room for literals */
	__le32 dest_avail_out; /* 14 I: room for output */
	__le32 ctx_dw0; /* 15 IO */
	__le32 comp_head_addr_l; /* 16 unused */
	__le32 comp_head_addr_h; /* 17 */
	__le32 source_addr_l; /* 18 I: buffer or SGL */
	__le32 source_addr_h; /* 19 */
	__le32 dest_addr_l; /* 20 I: buffer or SGL */
	__le32 dest_addr_h; /* 21 */
	__le32 stream_ctx_addr_l; /* 22 I: only when stateful, else arbitrary */
	__le32 stream_ctx_addr_h; /* 23 */
	__le32 literals_addr_l; /* 24 I: lz77; storage: key */
	__le32 literals_addr_h; /* 25 */
	__le32 tag_l; /* 26 I: type 3 */
	__le32 tag_h; /* 27 I: type 3; UADK 0, new kernels a pointer's half */
	__le32 ctx_dw1; /* 28 IO */
	__le32 ctx_dw2; /* 29 IO */
	__le32 isize; /* 30 IO: input of the stream so far, modulo 2^32 */
	__le32 checksum; /* 31 IO: see below */
};

/* dw3, status. */
#define HISI_ZIP_STATUS_MASK 0xffu
#define HISI_ZIP_LAST_BLOCK (1u << 8) /* the final block was reached */
/*
 * Codes with a public meaning. Every other one is an error: a bad descriptor or
 * bad data.
 */
#define HISI_ZIP_OK 0x00u
#define HISI_ZIP_NEGATIVE_COMPRESSION 0x0du /* not smaller; output is valid */
#define HISI_ZIP_DEST_TOO_SMALL 0x0eu
#define HISI_ZIP_SOURCE_DIF_ERROR 0x0fu
#define HISI_ZIP_CHECKSUM_MISMATCH 0x10u
#define HISI_ZIP_DEST_DIF_ERROR 0x12u
#define HISI_ZIP_DECOMPRESS_END 0x13u /* stateful, with LAST_BLOCK: stream end */

/*
 * What our own devices, the model and the simulated one, say where silicon has
 * numbers that are not public. Software tells no two of them apart.
 */
#define HISI_ZIP_SIM_BAD_TYPE 0xc0u /* SQE type, or not of that request */
#define HISI_ZIP_SIM_BAD_REQUEST 0xc1u /* unknown, or not on such a queue */
#define HISI_ZIP_SIM_NOT_IMPLEMENTED 0xc2u /* documented, not done: lz77 */
#define HISI_ZIP_SIM_BAD_BUFFER_TYPE 0xc3u
#define HISI_ZIP_SIM_BAD_LENGTH 0xc4u
#define HISI_ZIP_SIM_BAD_WINDOW 0xc5u
#define HISI_ZIP_SIM_BAD_SGL 0xc6u
#define HISI_ZIP_SIM_MEMORY_FAULT 0xc7u /* no memory behind an address */
#define HISI_ZIP_SIM_BAD_CONTEXT 0xc8u /* no stream goes with the context */
#define HISI_ZIP_SIM_NO_PROGRESS 0xc9u /* neither input nor output pending */
#define HISI_ZIP_SIM_BAD_DATA 0xcau
#define HISI_ZIP_SIM_TRUNCATED 0xcbu /* stateless: input ends too early */
#define HISI_ZIP_SIM_NO_RESOURCES 0xccu /* the host is out of memory */
/*
 * In dw3[31:16], which nobody reads: the simulated device's mark on what it
 * wrote, so that no descriptor of software looks like it.
 */
#define HISI_ZIP_SIM_WRITTEN 0x51d00000u

/* dw7, control. */
#define HISI_ZIP_SOURCE_SKIP_MASK 0xffffffu /* into the SGL, bytes */
#define HISI_ZIP_FLUSH_FINISH (1u << 25) /* 0: sync flush */
#define HISI_ZIP_STATEFUL (1u << 26)
#define HISI_ZIP_STREAM_NEW (1u << 27) /* the first packet of a stream */
#define HISI_ZIP_TYPE_SHIFT 28
#define HISI_ZIP_TYPE_MASK 0xfu
#define HISI_ZIP_TYPE_V1 0u /* tag in dw13; V1 and V2 */
#define HISI_ZIP_TYPE_V3 3u /* tag in dw26/27; V3; raw deflate on all */
/*
 * Stateless requests are one whole stream, finished, whatever FLUSH_FINISH and
 * STREAM_NEW say; the words of the context, isize and checksum that they carry
 * mean nothing, as in the first packet of a stream.
 */

/* dw8: output offset into the SGL, bytes. */
#define HISI_ZIP_DEST_SKIP_MASK 0xffffffu

/* dw9, request. */
#define HISI_ZIP_REQ_TYPE_MASK 0xffu
#define HISI_ZIP_BUF_TYPE_SHIFT 8
#define HISI_ZIP_BUF_TYPE_MASK 0xfu
#define HISI_ZIP_BUF_FLAT 0u
#define HISI_ZIP_BUF_SGL 1u
#define HISI_ZIP_WINDOW_SHIFT 12
#define HISI_ZIP_WINDOW_MASK 0xfu
#define HISI_ZIP_WINDOW_4K 0u
#define HISI_ZIP_WINDOW_8K 1u
#define HISI_ZIP_WINDOW_16K 2u
#define HISI_ZIP_WINDOW_24K 3u
#define HISI_ZIP_WINDOW_32K 4u
/* Of decompression [19:12] may be anything; the whole 32K are to be accepted. */

#define HISI_ZIP_REQ_DEFLATE 0x01u
#define HISI_ZIP_REQ_ZLIB 0x02u
#define HISI_ZIP_REQ_GZIP 0x03u
#define HISI_ZIP_REQ_LZ4 0x04u /* one block; compression; V3 */
#define HISI_ZIP_REQ_LZ77_ONLY 0x40u
#define HISI_ZIP_REQ_LZ77_ONLY_PRICE 0x41u
#define HISI_ZIP_REQ_LZ77_ZSTD_PRICE 0x42u
#define HISI_ZIP_REQ_LZ77_ZSTD 0x43u

/* Sizes, bytes. */
#define HISI_ZIP_MAX_FLAT_BYTES 0x800000u
#define HISI_ZIP_MIN_STREAM_ROOM 200u /* of a stateful request's output */
#define HISI_ZIP_CTX_BYTES 0x10000u /* of software's context buffer */
/*
 * Stateful: the device's part of it begins here, is 16-byte aligned and ends
 * before HISI_ZIP_CTX_STORE, where software may keep output.
 */
#define HISI_ZIP_CTX_HW_OFFSET 64u
#define HISI_ZIP_CTX_STORE 0x9800u
#define HISI_ZIP_CTX_HW_BYTES 0x97c0u
/* A request with no input and no more room than this does nothing. */
#define HISI_ZIP_BYPASS_ROOM 0x10u

/* Headers are software's; blocks and trailers are the device's. */
#define HISI_ZIP_ZLIB_HEADER_BYTES 2u
#define HISI_ZIP_GZIP_HEADER_BYTES 10u

/* ctx_dw0. */
#define HISI_ZIP_CTX_STATE_MASK 0xfu
#define HISI_ZIP_CTX_STATE_NONE 0u
#define HISI_ZIP_CTX_STATE_LAST_NEEDS_ROOM 1u
#define HISI_ZIP_CTX_STATE_NEEDS_ROOM 2u
#define HISI_ZIP_CTX_STATE_BLOCK_NOT_STARTED 3u
#define HISI_ZIP_CTX_STATE_NO_CRC 4u
#define HISI_ZIP_CTX_BFINAL (1u << 7)
#define HISI_ZIP_CTX_CACHED_BITS_SHIFT 10
#define HISI_ZIP_CTX_CACHED_BITS_MASK 0x3fu
/* ctx_dw1: what is left of a stored block. ctx_dw2: bytes of window held. */
#define HISI_ZIP_CTX_STORED_LEFT_MASK 0x7ffffu
#define HISI_ZIP_CTX_WINDOW_MASK 0xffffu

/*
 * checksum: zlib's Adler-32 plainly (1 before any data). Of gzip the register
 * of the CRC: CRC-32 == bitreverse32(~checksum) (~0 before any data).
 */

#endif /* UACCED_HW_HISI_ABI_ZIP_H_ */
