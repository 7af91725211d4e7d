// Published test vectors of the hashes and HMACs, and where each comes from;
// all but HMAC-SM3's are in Debian's package python3-cryptography-vectors.
#ifndef UACCED_HW_SOFT_DIGEST_VECTORS_H_
#define UACCED_HW_SOFT_DIGEST_VECTORS_H_

#include "hw/algorithm.h"

namespace uacced::hw {

// All in hexadecimal.
struct DigestVector {
  const char* origin;
  Algorithm algorithm;
  const char* key;
  const char* message;
  const char* digest;
};

inline constexpr DigestVector kDigestVectors[] = {
    {"NIST CAVS SHA1ShortMsg.rsp, Len 0", Algorithm::kSha1, "", "",
     "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"NIST CAVS SHA1ShortMsg.rsp, Len 8", Algorithm::kSha1, "", "36",
     "c1dfd96eea8cc2b62785275bca38ac261256e278"},
    {"NIST CAVS SHA1ShortMsg.rsp, Len 440", Algorithm::kSha1, "",
     "ec6b4a88713df27c0f2d02e738b69db43abda3921317259c864c1c386e9a5a3f"
     "533dc05f3beeb2bec2aac8e06db4c6cb3cddcf697e03d5",
     "a7272e2308622ff7a339460adc61efd0ea8dabdc"},
    {"NIST CAVS SHA1ShortMsg.rsp, Len 504", Algorithm::kSha1, "",
     "f2c76ef617fa2bfc8a4d6bcbb15fe88436fdc2165d3074629579079d4d5b86f5"
     "081ab177b4c3f530376c9c924cbd421a8daf8830d0940c4fb7589865830699",
     "9f3ea255f6af95c5454e55d7354cabb45352ea0b"},
    {"NIST CAVS SHA1ShortMsg.rsp, Len 512", Algorithm::kSha1, "",
     "45927e32ddf801caf35e18e7b5078b7f5435278212ec6bb99df884f49b327c64"
     "86feae46ba187dc1cc9145121e1492e6b06e9007394dc33b7748f86ac3207cfe",
     "a70cfbfe7563dd0e665c7c6715a96a8d756950c0"},
    {"NIST CAVS SHA224ShortMsg.rsp, Len 0", Algorithm::kSha224, "", "",
     "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"},
    {"NIST CAVS SHA224ShortMsg.rsp, Len 8", Algorithm::kSha224, "", "84",
     "3cd36921df5d6963e73739cf4d20211e2d8877c19cff087ade9d0e3a"},
    {"NIST CAVS SHA224ShortMsg.rsp, Len 440", Algorithm::kSha224, "",
     "445e8698eeb8accbaac4ffa7d934fffd16014a430ef70f3a9174c6cfe96d1e3f"
     "6ab1377f4a7212dbb30146dd17d9f470c4dffc45b8e871",
     "4c7ae028c0fe61f2a9cada61fae30685b77f04c6442576e912af9fa6"},
    {"NIST CAVS SHA224ShortMsg.rsp, Len 504", Algorithm::kSha224, "",
     "716944de41710c29b659be10480bb25a351a39e577ee30e8f422d57cf62ad95b"
     "da39b6e70c61426e33fd84aca84cc7912d5eee45dc34076a5d2323a15c7964",
     "61645ac748db567ac862796b8d06a47afebfa2e1783d5c5f3bcd81e2"},
    {"NIST CAVS SHA224ShortMsg.rsp, Len 512", Algorithm::kSha224, "",
     "a3310ba064be2e14ad32276e18cd0310c933a6e650c3c754d0243c6c61207865"
     "b4b65248f66a08edf6e0832689a9dc3a2e5d2095eeea50bd862bac88c8bd318d",
     "b2a5586d9cbf0baa999157b4af06d88ae08d7c9faab4bc1a96829d65"},
    {"NIST CAVS SHA256ShortMsg.rsp, Len 0", Algorithm::kSha256, "", "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"NIST CAVS SHA256ShortMsg.rsp, Len 8", Algorithm::kSha256, "", "d3",
     "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    {"NIST CAVS SHA256ShortMsg.rsp, Len 440", Algorithm::kSha256, "",
     "3ebfb06db8c38d5ba037f1363e118550aad94606e26835a01af05078533cc25f"
     "2f39573c04b632f62f68c294ab31f2a3e2a1a0d8c2be51",
     "6595a2ef537a69ba8583dfbf7f5bec0ab1f93ce4c8ee1916eff44a93af5749c4"},
    {"NIST CAVS SHA256ShortMsg.rsp, Len 504", Algorithm::kSha256, "",
     "e2f76e97606a872e317439f1a03fcd92e632e5bd4e7cbc4e97f1afc19a16fde9"
     "2d77cbe546416b51640cddb92af996534dfd81edb17c4424cf1ac4d75aceeb",
     "18041bd4665083001fba8c5411d2d748e8abbfdcdfd9218cb02b68a78e7d4c23"},
    {"NIST CAVS SHA256ShortMsg.rsp, Len 512", Algorithm::kSha256, "",
     "5a86b737eaea8ee976a0a24da63e7ed7eefad18a101c1211e2b3650c5187c2a8"
     "a650547208251f6d4237e661c7bf4c77f335390394c37fa1a9f9be836ac28509",
     "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa"},
    {"NIST CAVS SHA384ShortMsg.rsp, Len 0", Algorithm::kSha384, "", "",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
     "274edebfe76f65fbd51ad2f14898b95b"},
    {"NIST CAVS SHA384ShortMsg.rsp, Len 8", Algorithm::kSha384, "", "c5",
     "b52b72da75d0666379e20f9b4a79c33a329a01f06a2fb7865c9062a28c1de860"
     "ba432edfd86b4cb1cb8a75b46076e3b1"},
    {"NIST CAVS SHA384ShortMsg.rsp, Len 888", Algorithm::kSha384, "",
     "a04f390a9cc2effad05db80d9076a8d4b6cc8bba97b27b423670b290b8e69c2b"
     "187230011c1481ac88d090f39154659494db5e410851c6e8b2b8a93717cae760"
     "37e0881978124fe7e1a0929d8891491f4e99646cc94062dc82411fa66130eda4"
     "6560e75b98048236439465125e737b",
     "e7089d72945cef851e689b4409cfb63d135f0b5cdfb0dac6c3a292dd70371ab4"
     "b79da1997d7992906ac7213502662920"},
    {"NIST CAVS SHA384ShortMsg.rsp, Len 1016", Algorithm::kSha384, "",
     "dbed7612448d46cbe0a384d1c93233f02ffd1c984ba765299518656d3723b766"
     "c1658d4b1e7047cdc729459e366ef9349efc40cbd990f2a9a24db7a5045e1dea"
     "12dce8f9d9f2aaed933f93031e7b8959ac5e7bf6bbbdf30b48f7eb783f8fe292"
     "371a2f245c5c94b4acae160767a20ce7c0ea7723d97691d8eedda9efd1fe2d",
     "fb531a1ed181c732311e56f4b56ed91dcacc0dd6bf1eb4a44be6f87dd7cb1ef9"
     "dfb0310f4a79eaaa3f32bf3914d8624e"},
    {"NIST CAVS SHA384ShortMsg.rsp, Len 1024", Algorithm::kSha384, "",
     "3bf52cc5ee86b9a0190f390a5c0366a560b557000dbe5115fd9ee11630a62769"
     "011575f15881198f227876e8fe685a6939bc8b89fd48a34ec5e71e131462b288"
     "6794dffa68ccc6d564733e67ffef25e627c6f4b5460796e3bce67bf58ca6e8e5"
     "55bc916a8531697ac948b90dc8616f25101db90b50c3d3dbc9e21e42ff387187",
     "12b6cb35eda92ee37356ddee77781a17b3d90e563824a984faffc6fdd1693bd7"
     "626039635563cfc3b9a2b00f9c65eefd"},
    {"NIST CAVS SHA512ShortMsg.rsp, Len 0", Algorithm::kSha512, "", "",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
    {"NIST CAVS SHA512ShortMsg.rsp, Len 8", Algorithm::kSha512, "", "21",
     "3831a6a6155e509dee59a7f451eb35324d8f8f2df6e3708894740f98fdee2388"
     "9f4de5adb0c5010dfb555cda77c8ab5dc902094c52de3278f35a75ebc25f093a"},
    {"NIST CAVS SHA512ShortMsg.rsp, Len 888", Algorithm::kSha512, "",
     "324533e685f1852e358eea8ea8b81c288b3f3beb1f2bc2b8d3fdbac318382e3d"
     "7120de30c9c237aa0a34831deb1e5e060a7969cd3a9742ec1e64b354f7eb290c"
     "ba1c681c66cc7ea994fdf5614f604d1a2718aab581c1c94931b1387e4b7dc736"
     "35bf3a7301174075fa70a9227d85d3",
     "3b26c5170729d0814153becb95f1b65cd42f9a6d0649d914e4f69d938b5e9dc0"
     "41cd0f5c8da0b484d7c7bc7b1bdefb08fe8b1bfedc81109345bc9e9a399feedf"},
    {"NIST CAVS SHA512ShortMsg.rsp, Len 1016", Algorithm::kSha512, "",
     "c13e6ca3abb893aa5f82c4a8ef754460628af6b75af02168f45b72f8f09e45ed"
     "127c203bc7bb80ff0c7bd96f8cc6d8110868eb2cfc01037d8058992a6cf2effc"
     "bfe498c842e53a2e68a793867968ba18efc4a78b21cdf6a11e5de821dcabab14"
     "921ddb33625d48a13baffad6fe8272dbdf4433bd0f7b813c981269c388f001",
     "6e56f77f6883d0bd4face8b8d557f144661989f66d51b1fe4b8fc7124d66d9d2"
     "0218616fea1bcf86c08d63bf8f2f21845a3e519083b937e70aa7c358310b5a7c"},
    {"NIST CAVS SHA512ShortMsg.rsp, Len 1024", Algorithm::kSha512, "",
     "fd2203e467574e834ab07c9097ae164532f24be1eb5d88f1af7748ceff0d2c67"
     "a21f4e4097f9d3bb4e9fbf97186e0db6db0100230a52b453d421f8ab9c9a6043"
     "aa3295ea20d2f06a2f37470d8a99075f1b8a8336f6228cf08b5942fc1fb4299c"
     "7d2480e8e82bce175540bdfad7752bc95b577f229515394f3ae5cec870a4b2f8",
     "a21b1077d52b27ac545af63b32746c6e3c51cb0cb9f281eb9f3580a6d4996d5c"
     "9917d2a6e484627a9d5a06fa1b25327a9d710e027387fc3e07d7c4d14c6086cc"},
    {"OSCCA SM3, Len 0", Algorithm::kSm3, "", "",
     "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
    {"OSCCA SM3, Len 8", Algorithm::kSm3, "", "61",
     "623476ac18f65a2909e43c7fec61b49c7e764a91a18ccb82f1917a29c86c5e88"},
    {"OSCCA SM3, Len 24", Algorithm::kSm3, "", "616263",
     "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
    {"OSCCA SM3, Len 208", Algorithm::kSm3, "",
     "6162636465666768696a6b6c6d6e6f707172737475767778797a",
     "b80fe97a4da24afc277564f66a359ef440462ad28dcc6d63adb24d5c20a61595"},
    {"OSCCA SM3, Len 512", Algorithm::kSm3, "",
     "6162636461626364616263646162636461626364616263646162636461626364"
     "6162636461626364616263646162636461626364616263646162636461626364",
     "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
    {"RFC 2202, 3, case 1", Algorithm::kHmacSha1,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b617318655057264e28bc0b6fb378c8ef146be00"},
    {"RFC 2202, 3, case 2", Algorithm::kHmacSha1, "4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {"RFC 2202, 3, case 3", Algorithm::kHmacSha1,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
    {"RFC 2202, 3, case 4", Algorithm::kHmacSha1,
     "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
    {"RFC 2202, 3, case 5", Algorithm::kHmacSha1,
     "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
     "546573742057697468205472756e636174696f6e",
     "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"},
    {"RFC 2202, 3, case 6", Algorithm::kHmacSha1,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
    {"RFC 2202, 3, case 7", Algorithm::kHmacSha1,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d"
     "53697a652044617461",
     "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
    {"RFC 4231, 4, case 1", Algorithm::kHmacSha224,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22"},
    {"RFC 4231, 4, case 2", Algorithm::kHmacSha224, "4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"},
    {"RFC 4231, 4, case 3", Algorithm::kHmacSha224,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea"},
    {"RFC 4231, 4, case 4", Algorithm::kHmacSha224,
     "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a"},
    {"RFC 4231, 4, case 5", Algorithm::kHmacSha224,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e"},
    {"RFC 4231, 4, case 6", Algorithm::kHmacSha224,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468"
     "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
     "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365"
     "642062792074686520484d414320616c676f726974686d2e",
     "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1"},
    {"RFC 4231, 4, case 1", Algorithm::kHmacSha256,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"RFC 4231, 4, case 2", Algorithm::kHmacSha256, "4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"RFC 4231, 4, case 3", Algorithm::kHmacSha256,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"RFC 4231, 4, case 4", Algorithm::kHmacSha256,
     "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"RFC 4231, 4, case 5", Algorithm::kHmacSha256,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"RFC 4231, 4, case 6", Algorithm::kHmacSha256,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468"
     "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
     "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365"
     "642062792074686520484d414320616c676f726974686d2e",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    {"RFC 4231, 4, case 1", Algorithm::kHmacSha384,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
     "faea9ea9076ede7f4af152e8b2fa9cb6"},
    {"RFC 4231, 4, case 2", Algorithm::kHmacSha384, "4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
     "8e2240ca5e69e2c78b3239ecfab21649"},
    {"RFC 4231, 4, case 3", Algorithm::kHmacSha384,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
     "2a5ab39dc13814b94e3ab6e101a34f27"},
    {"RFC 4231, 4, case 4", Algorithm::kHmacSha384,
     "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
     "6801dd23c4a7d679ccf8a386c674cffb"},
    {"RFC 4231, 4, case 5", Algorithm::kHmacSha384,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
     "0c2ef6ab4030fe8296248df163f44952"},
    {"RFC 4231, 4, case 6", Algorithm::kHmacSha384,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468"
     "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
     "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365"
     "642062792074686520484d414320616c676f726974686d2e",
     "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5"
     "a678cc31e799176d3860e6110c46523e"},
    {"RFC 4231, 4, case 1", Algorithm::kHmacSha512,
     "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
    {"RFC 4231, 4, case 2", Algorithm::kHmacSha512, "4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {"RFC 4231, 4, case 3", Algorithm::kHmacSha512,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "dddddddddddddddddddddddddddddddddddd",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
     "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
    {"RFC 4231, 4, case 4", Algorithm::kHmacSha512,
     "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
     "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"},
    {"RFC 4231, 4, case 5", Algorithm::kHmacSha512,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
     "65204b6579202d2048617368204b6579204669727374",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
    {"RFC 4231, 4, case 6", Algorithm::kHmacSha512,
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468"
     "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
     "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
     "647320746f20626520686173686564206265666f7265206265696e6720757365"
     "642062792074686520484d414320616c676f726974686d2e",
     "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
     "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"},
    {"Python cryptography 38.0.4, HMAC-SM3, key of 1 bytes",
     Algorithm::kHmacSm3, "71", "",
     "f9cdace28038666d6436e41fa541ac847fea49bde7ed18c7bc683ad2e961b4f2"},
    {"Python cryptography 38.0.4, HMAC-SM3, key of 32 bytes",
     Algorithm::kHmacSm3,
     "71e737a7d32912cce906f46243759e4dee6d542809c580b5fea797532fd5c46e",
     "6764b8",
     "5fa9c3797cdd89bdbde3bbdb73c248534b474924d0fbf55c36b34603ecbf5993"},
    {"Python cryptography 38.0.4, HMAC-SM3, key of 64 bytes",
     Algorithm::kHmacSm3,
     "71e737a7d32912cce906f46243759e4dee6d542809c580b5fea797532fd5c46e"
     "ff925a738677597ecb5a73e5b245922a7f846823a0aa5b448d94b6695df91e17",
     "6764b82360896be38f4a2d6d7a29d4a1ffdeb7c682f0fd49d0c4d5964e21785a"
     "409eedb32232641129dbba33b523a9be3e0f8d25193822a8a5d1ac357b77b78d",
     "681199bec5f80f170adbdab130ff150bfe8becdb6da4839a62abcdad7dead07d"},
    {"Python cryptography 38.0.4, HMAC-SM3, key of 65 bytes",
     Algorithm::kHmacSm3,
     "71e737a7d32912cce906f46243759e4dee6d542809c580b5fea797532fd5c46e"
     "ff925a738677597ecb5a73e5b245922a7f846823a0aa5b448d94b6695df91e17"
     "84",
     "6764b82360896be38f4a2d6d7a29d4a1ffdeb7c682f0fd49d0c4d5964e21785a"
     "409eedb32232641129dbba33b523a9be3e0f8d25193822a8a5d1ac357b77b78d"
     "c66908fb8044cad61331b8b9ea1f5820208162006903471d930c6b2e54c27d62"
     "f57594c9",
     "acc88e3b3796efecf3e576ae1e9bb21d7c17d2ce1aa311abb31656d5cf5606fd"},
    {"Python cryptography 38.0.4, HMAC-SM3, key of 200 bytes",
     Algorithm::kHmacSm3,
     "71e737a7d32912cce906f46243759e4dee6d542809c580b5fea797532fd5c46e"
     "ff925a738677597ecb5a73e5b245922a7f846823a0aa5b448d94b6695df91e17"
     "848d48438d317224126212e29b38920b1d8001e1b206ae795941f9bfc45f830a"
     "dfae4ae4fe2ce45c96ad77cc538a5ab554279ba1e37075355cd3a457b2825cce"
     "c2359d8b8137e7aa47963babdb2b080a4bd14c5e965a5296b1a7ccea97b8467f"
     "8a183189c72df7540a7d59baaa58201dc406f291b9474a8978b6710e3555e35a"
     "a6cadcbd0365aa5b",
     "6764b82360896be38f4a2d6d7a29d4a1ff",
     "90c9dfedc8be8f7c4ce30519a16e1b1156380bb6b6c3e4f62c9e9ba158778c4f"},
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_DIGEST_VECTORS_H_
