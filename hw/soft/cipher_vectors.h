// Published test vectors of the ciphers, and where each comes from. Those of
// NIST's CAVS, the RFC and the draft are taken from Debian's package
// python3-cryptography-vectors.
#ifndef UACCED_HW_SOFT_CIPHER_VECTORS_H_
#define UACCED_HW_SOFT_CIPHER_VECTORS_H_

#include "hw/algorithm.h"

namespace uacced::hw {

// All in hexadecimal.
struct CipherVector {
  const char* origin;
  Algorithm algorithm;
  const char* key;
  const char* nonce;
  const char* associated_data;
  const char* plaintext;
  const char* ciphertext;
  const char* mac;
};

inline constexpr CipherVector kCipherVectors[] = {
    {"NIST CAVS gcmEncryptExtIV128, IV 96, PT 0, AAD 0", Algorithm::kAes128Gcm,
     "11754cd72aec309bf52f7687212e8957", "3c819d9a9bed087615030b65", "", "", "",
     "250327c674aaf477aef2675748cf6971"},
    {"NIST CAVS gcmEncryptExtIV128, IV 96, PT 0, AAD 128",
     Algorithm::kAes128Gcm, "77be63708971c4e240d1cb79e8d77feb",
     "e0e00f19fed7ba0136a797f3", "7a43ec1d9c0a5a78a0b16533a6213cab", "", "",
     "209fcc8d3675ed938e9c7166709dd946"},
    {"NIST CAVS gcmEncryptExtIV128, IV 96, PT 104, AAD 160",
     Algorithm::kAes128Gcm, "fe0121f42e599f88ff02a985403e19bb",
     "3bb9eb7724cbe1943d43de21", "2662d895035b6519f3510eae0faa3900ad23cfdf",
     "fd331ca8646091c29f21e5f0a1", "59fe29b07b0de8d869efbbd9b4",
     "d24c3e9c1c73c0af1097e26061c857de"},
    {"NIST CAVS gcmEncryptExtIV128, IV 96, PT 408, AAD 720",
     Algorithm::kAes128Gcm, "2c1f21cf0f6fb3661943155c3e3d8492",
     "23cb5ff362e22426984d1907",
     "5d3624879d35e46849953e45a32a624d6a6c536ed9857c613b572b0333e70155"
     "7a713e3f010ecdf9a6bd6c9e3e44b065208645aff4aabee611b3915285141700"
     "84ccf587177f4488f33cfb5e979e42b6e1cfc0a60238982a7aec",
     "42f758836986954db44bf37c6ef5e4ac0adaf38f27252a1b82d02ea949c8a1a2"
     "dbc0d68b5615ba7c1220ff6510e259f06655d8",
     "81824f0e0d523db30d3da369fdc0d60894c7a0a20646dd015073ad2732bd989b"
     "14a222b6ad57af43e1895df9dca2a5344a62cc",
     "57a3ee28136e94c74838997ae9823f3a"},
    {"NIST CAVS gcmEncryptExtIV128, IV 8, PT 256, AAD 128",
     Algorithm::kAes128Gcm, "9d09dff3dc09ffea55ee6463abbdc4d4", "32",
     "391e8ca473b9d115c66927aacc7702e4",
     "c6b97a952abfc47685372f3ce5d400508ffc523aaa99cba1007ccc5ec89c7db0",
     "31766730d5032406d246d337f0d9652f4605e0f59e5acbd9c3cd22422ccbca31",
     "98d36398ab454617e68fe85c78da0143"},
    {"NIST CAVS gcmEncryptExtIV128, IV 8, PT 128, AAD 0", Algorithm::kAes128Gcm,
     "15b2d414826453f9e1c7dd0b69d8d1eb", "b6", "",
     "8cfa255530c6fbc19d51bd4aeb39c91b", "4822cb98bd5f5d921ee19285c9032375",
     "8a40670ebac98cf4e9cc1bf8f803167d"},
    {"NIST CAVS gcmEncryptExtIV128, IV 1024, PT 408, AAD 384",
     Algorithm::kAes128Gcm, "141f1ce91989b07e7eb6ae1dbd81ea5e",
     "49451da24bd6074509d3cebc2c0394c972e6934b45a1d91f3ce1d3ca69e194aa"
     "1958a7c21b6f21d530ce6d2cc5256a3f846b6f9d2f38df0102c4791e57df038f"
     "6e69085646007df999751e248e06c47245f4cd3b8004585a7470dee1690e9d2d"
     "63169a58d243c0b57b3e5b4a481a3e4e8c60007094ef3adea2e8f05dd3a1396f",
     "630cf18a91cc5a6481ac9eefd65c24b1a3c93396bd7294d6b8ba323951727666"
     "c947a21894a079ef061ee159c05beeb4",
     "d384305af2388699aa302f510913fed0f2cb63ba42efa8c5c9de2922a2ec2fe8"
     "7719dadf1eb0aef212b51e74c9c5b934104a43",
     "f4c34e5fbe74c0297313268296cd561d59ccc95bbfcdfcdc71b0097dbd832404"
     "46b28dc088abd42b0fc687f208190ff24c0548",
     "dbb93bbb56d0439cd09f620a57687f5d"},
    {"NIST CAVS gcmEncryptExtIV128, IV 1024, PT 0, AAD 160",
     Algorithm::kAes128Gcm, "5c784fe519ccd294e99b5c4f1127db2e",
     "959345fa5b2e0e76232b2f7df50752921a38be3a25badf6b576820d93a0d4e42"
     "8f2ee2899495ca492142ba4e2c144f9f92a0d4f17fa9baed7f495b2000fbcbe3"
     "7f5b8873ccd16f7d14fef90a7cff7ea24eb7b543f780ef8453095deaea842a95"
     "450340d5944c3255cbe020ece99cb7f3ef03d1bb02515d425561ada524b70ab6",
     "46a661feb4a1ad607dcf752e7f3f089c3c33208f", "", "",
     "a7d4f4b1fca67d7f0e6367b58c273610"},
    {"NIST CAVS gcmEncryptExtIV128, tag of 104 bits", Algorithm::kAes128Gcm,
     "e66839168f8cbad64b536771ae5ae404", "30d846e3fe468e63d34da233",
     "cd3c92a126ea368c8f80bfeb15be2746ba19bc43f01cf490251bbb0222545b48"
     "4802e47c4745a8c8ddfa89e77aaa735f",
     "50e717086768e79217d1b557c5690cdf1de78913eacb9782b9bfb4d7a0ce28bc",
     "ae1256294b1a9f1a8fe279d2c4a347a7c75fdf04844a65d065f7db7097dad39a",
     "8a95aa4fe5e192a604529b174c"},
    {"NIST CAVS DVPT128, Count 15", Algorithm::kAes128Ccm,
     "4bb3c4a4f893ad8c9bdc833c325d62b3", "5a8aa485c316e9", "", "", "",
     "75d582db43ce9b13ab4b6f7f14341330"},
    {"NIST CAVS DVPT128, Count 45", Algorithm::kAes128Ccm,
     "19ebfde2d5468ba0a3031bde629b11fd", "5a8aa485c316e9403aff859fbb", "", "",
     "", "fb04dc5a44c6bb000f2440f5154364b4"},
    {"NIST CAVS DVPT128, Count 75", Algorithm::kAes128Ccm,
     "197afb02ffbd8f699dacae87094d5243", "5a8aa485c316e9", "",
     "3796cf51b8726652a4204733b8fbb047cf00fb91a9837e22",
     "24ab9eeb0e5508cae80074f1070ee188a637171860881f1f",
     "2d9a3fbc210595b7b8b1b41523111a8e"},
    {"NIST CAVS DVPT128, Count 105", Algorithm::kAes128Ccm,
     "90929a4b0ac65b350ad1591611fe4829", "5a8aa485c316e9403aff859fbb", "",
     "a16a2e741f1cd9717285b6d882c1fc53655e9773761ad697",
     "4bfe4e35784f0a65b545477e5e2f4bae0e1e6fa717eaf2cb",
     "6a9a970b9beb2ac1bd4fd62168f8378a"},
    {"NIST CAVS DVPT128, Count 135", Algorithm::kAes128Ccm,
     "6a798d7c5e1a72b43e20ad5c7b08567b", "5a8aa485c316e9",
     "3796cf51b8726652a4204733b8fbb047cf00fb91a9837e22ec22b1a268f88e2c", "", "",
     "41b476013f45e4a781f253a6f3b1e530"},
    {"NIST CAVS DVPT128, Count 165", Algorithm::kAes128Ccm,
     "f9fdca4ac64fe7f014de0f43039c7571", "5a8aa485c316e9403aff859fbb",
     "a16a2e741f1cd9717285b6d882c1fc53655e9773761ad697a7ee6410184c7982", "", "",
     "1859ac36a40a6b28b34266253627797a"},
    {"NIST CAVS DVPT128, Count 195", Algorithm::kAes128Ccm,
     "a7aa635ea51b0bb20a092bd5573e728c", "5a8aa485c316e9",
     "3796cf51b8726652a4204733b8fbb047cf00fb91a9837e22ec22b1a268f88e2c",
     "a265480ca88d5f536db0dc6abc40faf0d05be7a966977768",
     "b351ab96b2e45515254558d5212673ee6c776d42dbca3b51",
     "2cf3a20b7fd7c49e6e79bef475c2906f"},
    {"NIST CAVS DVPT128, Count 225", Algorithm::kAes128Ccm,
     "26511fb51fcfa75cb4b44da75a6e5a0e", "5a8aa485c316e9403aff859fbb",
     "a16a2e741f1cd9717285b6d882c1fc53655e9773761ad697a7ee6410184c7982",
     "8739b4bea1a099fe547499cbc6d1b13d849b8084c9b6acc5",
     "50038b5fdd364ee747b70d00bd36840ece4ea19998123375",
     "c0a458bfcafa3b2609afe0f825cbf503"},
    {"NIST CAVS VNT128, Count 0", Algorithm::kAes128Ccm,
     "c0425ed20cd28fda67a2bcc0ab342a49", "37667f334dce90",
     "0b3e8d9785c74c8f41ea257d4d87495ffbbb335542b12e0d62bb177ec7a164d9",
     "4f065a23eeca6b18d118e1de4d7e5ca1a7c0e556d786d407",
     "768fccdf4898bca099e33c3d40565497dec22dd6e33dcf43",
     "84d71be8565c21a455db45816da8158c"},
    {"NIST CAVS VNT128, Count 10", Algorithm::kAes128Ccm,
     "0b6256bd328a4cda2510d527c0f73ed4", "21fd9011d6d9484a",
     "66ff35c4f86ad7755b149e14e299034763023e7384f4af8c35277d2c7e1a7de2",
     "78a292662b8e05abc2d44fbefd0840795e7493028015d9f2",
     "5a0be834c57b59d47a4590d8d19a1206d3c06e937a9b57f7",
     "4034d9fdb43c3f48932aa72177b23bf6"},
    {"NIST CAVS VNT128, Count 20", Algorithm::kAes128Ccm,
     "afdccc84f257cb768b7ad735edbd1990", "b7776aa998f4d1189b",
     "9f9ac464de508b98e789243fdb32db458538f8a291ed93ddf8aeaacfbfc371aa",
     "56d0942490e546798f30d3c60ad4e3e110fc04f5b1c1fa83",
     "96f124c74fd737819008ddef440320f4a3733d0062c83c89",
     "3e259aecf12ba08f2a2e966a3341d6d4"},
    {"NIST CAVS VNT128, Count 30", Algorithm::kAes128Ccm,
     "6ccb68d3838d4ddf660b9cd904cad40f", "c4fb7519a19f13d9d1fc",
     "092e64fef08b5655a86cdb8de63ffaa7772e8730844e9016141af8bad2216246",
     "5ea35c082e2b190e9d98e6b2daad8672f587b4f2968072fc",
     "cda5fe3d15d00150b99120c7f206b88a4c2c4a39ca914342",
     "5603ab284a73a38cc916f8b653c92ab4"},
    {"NIST CAVS VNT128, Count 40", Algorithm::kAes128Ccm,
     "e6ab9e70a4fb51b01c2e262233e64c0d", "74e689eb5af9441dd690a6",
     "42f6518ee0fbe42f28e13b4bb2eb60517b37c9744394d9143393a879c3e107c7",
     "ba15916733550d7aa82b2f6b117cd3f54c83ddc16cd0288a",
     "dcc151443288f35d39ed8fae6f0ce1d1eb656f4f7fd65c0b",
     "16f322ce85d7c54e71ac560fd4da9651"},
    {"NIST CAVS VNT128, Count 50", Algorithm::kAes128Ccm,
     "005e8f4d8e0cbf4e1ceeb5d87a275848", "0ec3ac452b547b9062aac8fa",
     "2f1821aa57e5278ffd33c17d46615b77363149dbc98470413f6543a6b749f2ca",
     "b6f345204526439daf84998f380dcfb4b4167c959c04ff65",
     "9575e16f35da3c88a19c26a7b762044f4d7bbbafeff05d75",
     "4829e2a7752fa3a14890972884b511d8"},
    {"NIST CAVS VNT128, Count 60", Algorithm::kAes128Ccm,
     "ac87fef3b76e725d66d905625a387e82", "61bf06b9fa5a450d094f3ddcb5",
     "0245484bcd987787fe97fda6c8ffb6e7058d7b8f7064f27514afaac4048767fd",
     "959403e0771c21a416bd03f3898390e90d0a0899f69f9552",
     "cabf8aa613d5357aa3e70173d43f1f202b628a61d18e8b57",
     "2eb66bb8213a515aa61e5f0945cd57f4"},
    {"NIST CAVS XTSGenAES128, unit of 128 bits", Algorithm::kAes128Xts,
     "a1b90cba3f06ac353b2c343876081762090923026e91771815f29dab01932f2f",
     "4faef7117cda59c66e4b92013e768ad5", "", "ebabce95b14d3c8d6fb350390790311c",
     "778ae8b43cb98d5a825081d5be471c63", ""},
    {"NIST CAVS XTSGenAES128, unit of 256 bits", Algorithm::kAes128Xts,
     "b7b93f516aef295eff3a29d837cf1f135347e8a21dae616ff5062b2e8d78ce5e",
     "873edea653b643bd8bcf51403197ed14", "",
     "236f8a5b58dd55f6194ed70c4ac1a17f1fe60ec9a6c454d087ccb77d6b638c47",
     "22e6a3c6379dcf7599b052b5a749c7f78ad8a11b9f1aa9430cf3aef445682e19", ""},
    {"NIST CAVS XTSGenAES128, unit of 200 bits", Algorithm::kAes128Xts,
     "394c97881abd989d29c703e48a72b397a7acf51b59649eeea9b33274d8541df4",
     "4b15c684a152d485fe9937d39b168c29", "",
     "2f3b9dcfbae729583b1d1ffdd16bb6fe2757329435662a78f0",
     "f3473802e38a3ffef4d4fb8e6aa266ebde553a64528a06463e", ""},
    {"RFC 3686, 6 (aes-128-ctr), 0", Algorithm::kAes128Ctr,
     "ae6852f8121067cc4bf7a5765577f39e", "00000030000000000000000000000001", "",
     "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8",
     ""},
    {"RFC 3686, 6 (aes-128-ctr), 1", Algorithm::kAes128Ctr,
     "7e24067817fae0d743d6ce1f32539163", "006cb6dbc0543b59da48d90b00000001", "",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28", ""},
    {"RFC 3686, 6 (aes-128-ctr), 2", Algorithm::kAes128Ctr,
     "7691be035e5020a8ac6e618529f9a0dc", "00e0017b27777f3f4a1786f000000001", "",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "20212223",
     "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef31053"
     "25b2072f",
     ""},
    {"NIST CAVS CBCMMT128, Count 0", Algorithm::kAes128Cbc,
     "1f8e4973953f3fb0bd6b16662e9a3c17", "2fe2b333ceda8f98f4a99b40d2cd34a8", "",
     "45cf12964fc824ab76616ae2f4bf0822", "0f61c4d44c5147c03c195ad7e2cc12b2",
     ""},
    {"NIST CAVS CBCMMT128, Count 4", Algorithm::kAes128Cbc,
     "b6f9afbfe5a1562bba1368fc72ac9d9c", "3f9d5ebe250ee7ce384b0d00ee849322", "",
     "db397ec22718dbffb9c9d13de0efcd4611bf792be4fce0dc5f25d4f577ed8cdb"
     "d4eb9208d593dda3d4653954ab64f05676caa3ce9bfa795b08b67ceebc923fdc"
     "89a8c431188e9e482d8553982cf304d1",
     "10ea27b19e16b93af169c4a88e06e35c99d8b420980b058e34b4b8f132b13766"
     "f72728202b089f428fecdb41c79f8aa0d0ef68f5786481cca29e2126f69bc141"
     "60f1ae2187878ba5c49cf3961e1b7ee9",
     ""},
    {"NIST CAVS gcmEncryptExtIV256, IV 96, PT 0, AAD 0", Algorithm::kAes256Gcm,
     "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
     "516c33929df5a3284ff463d7", "", "", "",
     "bdc1ac884d332457a1d2664f168c76f0"},
    {"NIST CAVS gcmEncryptExtIV256, IV 96, PT 0, AAD 128",
     Algorithm::kAes256Gcm,
     "78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223",
     "d79cf22d504cc793c3fb6c8a", "b96baa8c1c75a671bfb2d08d06be5f36", "", "",
     "3e5d486aa2e30b22e040b85723a06e76"},
    {"NIST CAVS gcmEncryptExtIV256, IV 96, PT 104, AAD 160",
     Algorithm::kAes256Gcm,
     "69b458f2644af9020463b40ee503cdf083d693815e2659051ae0d039e606a970",
     "8d1da8ab5f91ccd09205944b", "036ad5e5494ef817a8af2f5828784a4bfedd1653",
     "f3e0e09224256bf21a83a5de8d", "c0a62d77e6031bfdc6b13ae217",
     "a794a9aaee48cd92e47761bf1baff0af"},
    {"NIST CAVS gcmEncryptExtIV256, IV 96, PT 408, AAD 720",
     Algorithm::kAes256Gcm,
     "148579a3cbca86d5520d66c0ec71ca5f7e41ba78e56dc6eebd566fed547fe691",
     "b08a5ea1927499c6ecbfd4e0",
     "e4f963f015ffbb99ee3349bbaf7e8e8e6c2a71c230a48f9d59860a29091d2747"
     "e01a5ca572347e247d25f56ba7ae8e05cde2be3c97931292c02370208ecd097e"
     "f692687fecf2f419d3200162a6480a57dad408a0dfeb492e2c5d",
     "9d0b15fdf1bd595f91f8b3abc0f7dec927dfd4799935a1795d9ce00c9b879434"
     "420fe42c275a7cd7b39d638fb81ca52b49dc41",
     "2097e372950a5e9383c675e89eea1c314f999159f5611344b298cda45e628437"
     "16f215f82ee663919c64002a5c198d7878fd3f",
     "adbecdb0d5c2224d804d2886ff9a5760"},
    {"NIST CAVS gcmEncryptExtIV256, IV 8, PT 256, AAD 128",
     Algorithm::kAes256Gcm,
     "117f31d251186167e7dc782527da4248e5ca73d38f02f2d3c3834f370c42ffee", "6b",
     "5662860418588055c6bf56472662ba85",
     "70a86b9808b9daa08a29fcbbc2ad472949108aedb74c1fb7e1d8b6eccc45fbd1",
     "7fcb56bbcaca6adeee89dea7c1a59248a3417f086def0a140eaecb1ac3c5c949",
     "299b3027eeab406d73b909d92f4c935c"},
    {"NIST CAVS gcmEncryptExtIV256, IV 8, PT 128, AAD 0", Algorithm::kAes256Gcm,
     "9473c28f6e978eb15e1967b888282aa6b078d320034fe5f40f8bb68674f1ecda", "0a",
     "", "2d2e2798c10bcfcce742e92d3c390fef", "c4e5ab2c6a4316e57c6c37d2c2acb42c",
     "03337df7e1e68d77706abef9edaf5e07"},
    {"NIST CAVS gcmEncryptExtIV256, IV 1024, PT 408, AAD 384",
     Algorithm::kAes256Gcm,
     "bfaaa17bacf94c77a79e751c9048105a962ea5e7912b2b8697f6a7878ed407ac",
     "5c9c4653c8988faaf89f231340639d6e7064a338066fd95af05c670cd13e4ca9"
     "8c176633d0e10ef7136dbefd5b73dbeaee2b4f4f4ba8a6be1e4d29183a1f692b"
     "f8537024d8744f2417bad33010172b5e95a8b7f92ae512fb2f5b27cd36dc8d5d"
     "e6a3c6acd4d04fa57299c211390e79a5691f7975f080c5afe36fe1ccfdfa043e",
     "0801f1b04872d6e414d82f91de225726509d6e3642521337e22e199b3edfb6de"
     "b9d7130c47cbadebc2e684b56c3a189d",
     "ae465a3ac97fda1807c147ef194a5dcbf0ab4076b9cb1626568546c96f33ee97"
     "9453b8a1755cf8f3d08bd7b05db9a13ddb823c",
     "445f3d2f3eb6d4edd5f97417105b45c5a93b5f4c4ade3f1af7d94c63eba25ff0"
     "e29839976b342ea3efe8044a560c8ce3e7507d",
     "baff88656e445ef1f6f4971a14358f9b"},
    {"NIST CAVS gcmEncryptExtIV256, IV 1024, PT 0, AAD 160",
     Algorithm::kAes256Gcm,
     "ab23edd22f17f12babe9fba54cdaf6020392b014af9695f40cab22eb5297daac",
     "01e414e2b09397aedadd7032085abf0959eeca92e46476f92bd18109c861692b"
     "01396d2387c81c827bb4066fba061dbaca8506accc9ce132681c67056582f5f7"
     "53d5b1f158af69e12e16ae1a44af3816b576ebd4ece0d40706e6d35352f7d23a"
     "a89f3e26fdb81e70a0b53552331bce0b521ecd476f3c2d2aa82b24f4a1601406",
     "469a5c30c6c7f09c95a86812d82e1a6487153651", "", "",
     "f36f9b8dc9b372644b29fb2a94536f42"},
    {"NIST CAVS gcmEncryptExtIV256, tag of 104 bits", Algorithm::kAes256Gcm,
     "3c1e416bb89224abc0a91738a6ad97aec95161373767b1a667e8e61ea98f1a9e",
     "b2308f47a863369c2e10237e",
     "cba70a09900b197669bccb288785b34ca4000cae9c705dda76492882542bf4f9"
     "1ae83b32e234dcd3c9ef637c7b643f22",
     "fe45296360475432dc1fe71e10f31ef851936e6879be60f94fa65cabb99c4fa2",
     "3e0ee4586e63911d8bc9548b3ad810ecaee1b8a867868244cc8d2dda14e538e2",
     "5650a654b1f89d3f7e010cf6cd"},
    {"NIST CAVS DVPT256, Count 15", Algorithm::kAes256Ccm,
     "e1b8a927a95efe94656677b692662000278b441c79e879dd5c0ddc758bdc9ee8",
     "a544218dadd3c1", "", "", "", "8207eb14d33855a52acceed17dbcbf6e"},
    {"NIST CAVS DVPT256, Count 45", Algorithm::kAes256Ccm,
     "af063639e66c284083c5cf72b70d8bc277f5978e80d9322d99f2fdc718cda569",
     "a544218dadd3c10583db49cf39", "", "", "",
     "97e1a8dd4259ccd2e431e057b0397fcf"},
    {"NIST CAVS DVPT256, Count 75", Algorithm::kAes256Ccm,
     "f7079dfa3b5c7b056347d7e437bcded683abd6e2c9e069d333284082cbb5d453",
     "a544218dadd3c1", "", "d3d5424e20fbec43ae495353ed830271515ab104f8860c98",
     "bc51c3925a960e7732533e4ef3a4f69ee6826de952bcb0fd",
     "374f3bb6db8377ebfc79674858c4f305"},
    {"NIST CAVS DVPT256, Count 105", Algorithm::kAes256Ccm,
     "1b0e8df63c57f05d9ac457575ea764524b8610ae5164e6215f426f5a7ae6ede4",
     "a544218dadd3c10583db49cf39", "",
     "3c0e2815d37d844f7ac240ba9d6e3a0b2a86f706e885959e",
     "f0050ad16392021a3f40207bed3521fb1e9f808f49830c42",
     "3a578d179902f912f9ea1afbce1120b3"},
    {"NIST CAVS DVPT256, Count 135", Algorithm::kAes256Ccm,
     "a4bc10b1a62c96d459fbaf3a5aa3face7313bb9e1253e696f96a7a8e36801088",
     "a544218dadd3c1",
     "d3d5424e20fbec43ae495353ed830271515ab104f8860c988d15b6d36c038eab", "", "",
     "93af11a08379eb37a16aa2837f09d69d"},
    {"NIST CAVS DVPT256, Count 165", Algorithm::kAes256Ccm,
     "8c5cf3457ff22228c39c051c4e05ed4093657eb303f859a9d4b0f8be0127d88a",
     "a544218dadd3c10583db49cf39",
     "3c0e2815d37d844f7ac240ba9d6e3a0b2a86f706e885959e09a1005e024f6907", "", "",
     "867b0d87cf6e0f718200a97b4f6d5ad5"},
    {"NIST CAVS DVPT256, Count 195", Algorithm::kAes256Ccm,
     "705334e30f53dd2f92d190d2c1437c8772f940c55aa35e562214ed45bd458ffe",
     "a544218dadd3c1",
     "d3d5424e20fbec43ae495353ed830271515ab104f8860c988d15b6d36c038eab",
     "78c46e3249ca28e1ef0531d80fd37c124d9aecb7be6668e3",
     "3341168eb8c48468c414347fb08f71d2086f7c2d1bd581ce",
     "1ac68bd42f5ec7fa7e068cc0ecd79c2a"},
    {"NIST CAVS DVPT256, Count 225", Algorithm::kAes256Ccm,
     "314a202f836f9f257e22d8c11757832ae5131d357a72df88f3eff0ffcee0da4e",
     "a544218dadd3c10583db49cf39",
     "3c0e2815d37d844f7ac240ba9d6e3a0b2a86f706e885959e09a1005e024f6907",
     "e8de970f6ee8e80ede933581b5bcf4d837e2b72baa8b00c3",
     "8d34cdca37ce77be68f65baf3382e31efa693e63f914a781",
     "367f30f2eaad8c063ca50795acd90203"},
    {"NIST CAVS VNT256, Count 0", Algorithm::kAes256Ccm,
     "553521a765ab0c3fd203654e9916330e189bdf951feee9b44b10da208fee7acf",
     "aaa23f101647d8",
     "a355d4c611812e5f9258d7188b3df8851477094ffc2af2cf0c8670db903fbbe0",
     "644eb34b9a126e437b5e015eea141ca1a88020f2d5d6cc2c",
     "27ed90668174ebf8241a3c74b35e1246b6617e4123578f15",
     "3bdb67062a13ef4e986f5bb3d0bb4307"},
    {"NIST CAVS VNT256, Count 10", Algorithm::kAes256Ccm,
     "472bf7946bce1d3c6f168f4475e5bb3a67d5df2fa01e64bce8bb6e43a6c8b177",
     "790134a8db83f2da",
     "a7a86a4407b7ecebc89434baa65ef173e88bd2dad9899b717ca578867c2d916f",
     "59eb45bbbeb054b0b97334d53580ce03f699ac2a7e490143",
     "db4961070f528ccd1a5a0681ee4d0ce3515fb890bccedc2d",
     "bc00b1d8b2bc393a8d09e87af7811f55"},
    {"NIST CAVS VNT256, Count 20", Algorithm::kAes256Ccm,
     "58ae7965a508e8dd2eda69b5d888a28a1cb3783bad55d59d5b0da87137b72e93",
     "caa3d928d2bf2b7f2c",
     "304678b3ffd3200e33a8912bcb556b3cfec53ca17f70ecba00d359f9f51d3e3b",
     "e61bad17640ecff926d0b0238271ee4c9f8e801dd7243e9e",
     "7bb1137c14cb4d324a4a8f1115c619ebf74927f0bed60a8d",
     "5a9140ff50dc4da375c7d2de80de097f"},
    {"NIST CAVS VNT256, Count 30", Algorithm::kAes256Ccm,
     "aecc5e18088bf9fd7b17f089bdd5607b69903b04b726361f8a81e221b1c91891",
     "c527d309ab29ee91c5fc",
     "8f9a73e7bc1c11e2919020ba3a404cbddf861e9e78477218e3be2cd4337b278d",
     "d4291c99901345afe29f58912a414a7498f37b44362bdf3c",
     "392784a9e0b14bcd37639ec5409d6ead3e75f855e5a92c33",
     "ffc040ef3977e0035ce6ea6d157c18d3"},
    {"NIST CAVS VNT256, Count 40", Algorithm::kAes256Ccm,
     "97bc7482a87ba005475dfa3448f59d4b3f9c4c969d08b39b1b21ef965c0f5125",
     "0bcf78103ec52d6df28887",
     "049c10f0cb37ae08eae2d0766563b7c5a8454f841c2061a4f71a0a2158ae6ce5",
     "b99bf4dc781795fc4d3a8467b06e1665d4e543657f23129f",
     "0d3891fa0caac1f7ebe41b480920ffd34d4155064c24f3b1",
     "7a483163dd8f228d1f20cd4f86cf38fd"},
    {"NIST CAVS VNT256, Count 50", Algorithm::kAes256Ccm,
     "d6ff67379a2ead2ca87aa4f29536258f9fb9fc2e91b0ed18e7b9f5df332dd1dc",
     "2f1d0717a822e20c7cd28f0a",
     "d50741d34c8564d92f396b97be782923ff3c855ea9757bde419f632c83997630",
     "98626ffc6c44f13c964e7fcb7d16e988990d6d063d012d33",
     "50e22db70ac2bab6d6af7059c90d00fbf0fb52eee5eb650e",
     "08aca7dec636170f481dcb9fefb85c05"},
    {"NIST CAVS VNT256, Count 60", Algorithm::kAes256Ccm,
     "4a75ff2f66dae2935403cce27e829ad8be98185c73f8bc61d3ce950a83007e11",
     "46eb390b175e75da6193d7edb6",
     "282f05f734f249c0535ee396282218b7c4913c39b59ad2a03ffaf5b0e9b0f780",
     "205f2a664a8512e18321a91c13ec13b9e6b633228c57cc1e",
     "58f1584f761983bef4d0060746b5d5ee610ecfda31101a7f",
     "5460e9b7856d60a5ad9803c0762f8176"},
    {"NIST CAVS XTSGenAES256, unit of 256 bits", Algorithm::kAes256Xts,
     "1ea661c58d943a0e4801e42f4b0947149e7f9f8e3e68d0c7505210bd311a0e7c"
     "d6e13ffdf2418d8d1911c004cda58da3d619b7e2b9141e58318eea392cf41b08",
     "adf8d92627464ad2f0428e84a9f87564", "",
     "2eedea52cd8215e1acc647e810bbc3642e87287f8d2e57e36c0a24fbc12a202e",
     "cbaad0e2f6cea3f50b37f934d46a9b130b9d54f07e34f36af793e86f73c6d7db", ""},
    {"NIST CAVS XTSGenAES256, unit of 384 bits", Algorithm::kAes256Xts,
     "266c336b3b01489f3267f52835fd92f674374b88b4e1ebd2d36a5f457581d9d0"
     "42c3eef7b0b7e5137b086496b4d9e6ac658d7196a23f23f036172fdb8faee527",
     "06b209a7a22f486ecbfadb0f3137ba42", "",
     "ca7d65ef8d3dfad345b61ccddca1ad81de830b9e86c7b426d76cb7db766852d9"
     "81c6b21409399d78f42cc0b33a7bbb06",
     "c73256870cc2f4dd57acc74b5456dbd776912a128bc1f77d72cdebbf270044b7"
     "a43ceed29025e1e8be211fa3c3ed002d",
     ""},
    {"RFC 3686, 6 (aes-256-ctr), 0", Algorithm::kAes256Ctr,
     "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104",
     "00000060db5672c97aa8f0b200000001", "", "53696e676c6520626c6f636b206d7367",
     "145ad01dbf824ec7560863dc71e3e0c0", ""},
    {"RFC 3686, 6 (aes-256-ctr), 1", Algorithm::kAes256Ctr,
     "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884",
     "00faac24c1585ef15a43d87500000001", "",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c", ""},
    {"RFC 3686, 6 (aes-256-ctr), 2", Algorithm::kAes256Ctr,
     "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d",
     "001cc5b751a51d70a1c1114800000001", "",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
     "20212223",
     "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f"
     "1ec0e6b8",
     ""},
    {"NIST CAVS CBCMMT256, Count 0", Algorithm::kAes256Cbc,
     "6ed76d2d97c69fd1339589523931f2a6cff554b15f738f21ec72dd97a7330907",
     "851e8764776e6796aab722dbb644ace8", "", "6282b8c05c5c1530b97d4816ca434762",
     "6acc04142e100a65f51b97adf5172c41", ""},
    {"NIST CAVS CBCMMT256, Count 4", Algorithm::kAes256Cbc,
     "9adc8fbd506e032af7fa20cf5343719de6d1288c158c63d6878aaf64ce26ca85",
     "11958dc6ab81e1c7f01631e9944e620f", "",
     "c7917f84f747cd8c4b4fedc2219bdbc5f4d07588389d8248854cf2c2f89667a2"
     "d7bcf53e73d32684535f42318e24cd45793950b3825e5d5c5c8fcd3e5dda4ce9"
     "246d18337ef3052d8b21c5561c8b660e",
     "9c99e68236bb2e929db1089c7750f1b356d39ab9d0c40c3e2f05108ae9d0c30b"
     "04832ccdbdc08ebfa426b7f5efde986ed05784ce368193bb3699bc691065ac62"
     "e258b9aa4cc557e2b45b49ce05511e65",
     ""},
    {"cryptography_vectors ChaCha20Poly1305/openssl.txt",
     Algorithm::kChaCha20Poly1305,
     "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
     "000000000102030405060708", "f33388860000000000004e91",
     "496e7465726e65742d4472616674732061726520647261667420646f63756d65"
     "6e74732076616c696420666f722061206d6178696d756d206f6620736978206d"
     "6f6e74687320616e64206d617920626520757064617465642c207265706c6163"
     "65642c206f72206f62736f6c65746564206279206f7468657220646f63756d65"
     "6e747320617420616e792074696d652e20497420697320696e617070726f7072"
     "6961746520746f2075736520496e7465726e65742d4472616674732061732072"
     "65666572656e6365206d6174657269616c206f7220746f206369746520746865"
     "6d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67"
     "726573732e2fe2809d",
     "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
     "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
     "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
     "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
     "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
     "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
     "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
     "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
     "a6ad5cb4022b02709b",
     "eead9d67890cbb22392336fea1851f38"},
    {"cryptography_vectors ChaCha20Poly1305/openssl.txt",
     Algorithm::kChaCha20Poly1305,
     "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
     "000000000102030405060708", "f33388860000000000004e91",
     "496e7465726e65742d4472616674732061726520647261667420646f63756d65"
     "6e74732076616c696420666f722061206d6178696d756d206f6620736978206d"
     "6f6e74687320616e64206d617920626520757064617465642c207265706c6163"
     "65642c206f72206f62736f6c65746564206279206f7468657220646f63756d65"
     "6e747320617420616e792074696d652e20497420697320696e617070726f7072"
     "6961746520746f2075736520496e7465726e65742d4472616674732061732072",
     "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
     "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
     "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
     "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
     "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
     "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a",
     "d96119a40cd17f2527306866a3ef0413"},
    {"cryptography_vectors ChaCha20Poly1305/boringssl.txt",
     Algorithm::kChaCha20Poly1305,
     "9a97f65b9b4c721b960a672145fca8d4e32e67f9111ea979ce9c4826806aeee6",
     "000000003de9c0da2bd7f91e", "", "", "",
     "5a6e21f4ba6dbee57380e79e79c30def"},
    {"cryptography_vectors ChaCha20Poly1305/boringssl.txt",
     Algorithm::kChaCha20Poly1305,
     "bcb2639bf989c6251b29bf38d39a9bdce7c55f4b2ac12a39c8a37b5d0a5cc2b5",
     "000000001e8b4c510f5ca083", "34ab88c265", "8c8419bc27", "1a7c2f33f5",
     "2a63876a887f4f080c9df418813fc1fd"},
    {"draft-ribose-cfrg-sm4-10, A.2.5, 0", Algorithm::kSm4Ctr,
     "0123456789abcdeffedcba9876543210", "000102030405060708090a0b0c0d0e0f", "",
     "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
     "eeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb",
     "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7"
     "f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514",
     ""},
    {"draft-ribose-cfrg-sm4-10, A.2.5, 1", Algorithm::kSm4Ctr,
     "fedcba98765432100123456789abcdef", "000102030405060708090a0b0c0d0e0f", "",
     "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
     "eeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb",
     "5dcccd25b95ab07417a08512ee160e2f8f661521cbbab44cc87138445bc29e5c"
     "0ae0297205d62704173b21239b887f6c8cb5b800917a2488284bde9e16ea2906",
     ""},
    {"draft-ribose-cfrg-sm4-10, A.2.2, 0", Algorithm::kSm4Cbc,
     "0123456789abcdeffedcba9876543210", "000102030405060708090a0b0c0d0e0f", "",
     "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb",
     "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d", ""},
    {"draft-ribose-cfrg-sm4-10, A.2.2, 1", Algorithm::kSm4Cbc,
     "fedcba98765432100123456789abcdef", "000102030405060708090a0b0c0d0e0f", "",
     "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb",
     "0d3a6ddc2d21c698857215587b7bb59a91f2c147911a4144665e1fa1d40bae38", ""},
};

}  // namespace uacced::hw

#endif  // UACCED_HW_SOFT_CIPHER_VECTORS_H_
