#include "hw/soft/tag_fifo.h"

#include "gtest/gtest.h"

namespace uacced::hw {
namespace {

TEST(TagFifoTest, OnlyFlushedTagsAreReady) {
  TagFifo fifo(4);
  fifo.Push(7);
  EXPECT_EQ(fifo.ready(), 0u);
  fifo.Flush();
  fifo.Push(9);
  ASSERT_EQ(fifo.ready(), 1u);
  EXPECT_EQ(fifo.Front(), 7);
  fifo.Pop();
  EXPECT_EQ(fifo.ready(), 0u);
  fifo.Flush();
  EXPECT_EQ(fifo.Front(), 9);
}

TEST(TagFifoTest, KeepsOrderOverManyLapsOfAnyCapacity) {
  for (const size_t capacity : {1, 3, 8}) {
    TagFifo fifo(capacity);
    uint16_t next_in = 0, next_out = 0;
    for (int lap = 0; lap < 100; ++lap) {
      while (static_cast<uint16_t>(next_in - next_out) < capacity) {
        fifo.Push(next_in++);
      }
      fifo.Flush();
      for (size_t i = 0; i <= capacity / 2 && fifo.ready() > 0; ++i) {
        ASSERT_EQ(fifo.Front(), next_out++);
        fifo.Pop();
      }
    }
  }
}

}  // namespace
}  // namespace uacced::hw
