#include "client/cpp/slot_table.h"

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace uacced::client {
namespace {

TEST(SlotTableTest, FindsWhatIsThereAndNothingElse) {
  SlotTable<std::string> table(2);
  EXPECT_TRUE(table.empty());
  const uint64_t a = table.Insert("a");
  const uint64_t b = table.Insert("b");
  EXPECT_NE(a, 0u);
  EXPECT_NE(a, b);
  EXPECT_EQ(*table.Find(a), "a");
  EXPECT_EQ(table.Take(a), "a");
  EXPECT_EQ(table.Find(a), nullptr);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(*table.Find(b), "b");
}

TEST(SlotTableTest, AnOldIdNeverFindsTheNewEntry) {
  SlotTable<int> table(1);
  const uint64_t old_id = table.Insert(1);
  table.Take(old_id);
  const uint64_t id = table.Insert(2);
  EXPECT_NE(id, old_id);
  EXPECT_EQ(table.Find(old_id), nullptr);
  EXPECT_TRUE(table.WasGiven(old_id));
  EXPECT_TRUE(table.WasGiven(id));
}

TEST(SlotTableTest, IdsOfNobodyAreKnownAsSuch) {
  SlotTable<int> table(3);
  const uint64_t id = table.Insert(1);
  for (const uint64_t other :
       {uint64_t{0}, uint64_t{1}, uint64_t{3}, id + 1, id + 3,
        id + (uint64_t{1} << 16), uint64_t{65535}, ~uint64_t{0}}) {
    EXPECT_EQ(table.Find(other), nullptr) << other;
    EXPECT_FALSE(table.WasGiven(other)) << other;
  }
}

TEST(SlotTableTest, HoldsWhatCannotBeCopied) {
  SlotTable<std::unique_ptr<int>> table(SlotTable<int>::kMaxCapacity);
  const uint64_t id = table.Insert(std::make_unique<int>(5));
  EXPECT_EQ(*table.Take(id), 5);
}

TEST(SlotTableTest, AgreesWithAMap) {
  std::minstd_rand random(7);
  SlotTable<int> table(50);
  std::map<uint64_t, int> model;
  std::set<uint64_t> ever;
  for (int i = 0; i < 20000; ++i) {
    if (model.size() < 50 && random() % 2 == 0) {
      const uint64_t id = table.Insert(i);
      EXPECT_TRUE(ever.insert(id).second);
      model[id] = i;
    } else if (!model.empty()) {
      auto at = model.lower_bound(random() % 60 + (random() % 400 << 16));
      if (at == model.end()) at = model.begin();
      EXPECT_EQ(table.Take(at->first), at->second);
      model.erase(at);
    }
  }
  std::map<uint64_t, int> seen;
  table.ForEach([&](uint64_t id, int& value) { seen[id] = value; });
  EXPECT_EQ(seen, model);
  EXPECT_EQ(table.size(), model.size());
}

}  // namespace
}  // namespace uacced::client
