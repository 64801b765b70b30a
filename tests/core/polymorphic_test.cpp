#include <inkling/core/error.hpp>
#include <inkling/core/polymorphic.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace {

struct Animal {
  virtual ~Animal() = default;
  virtual std::unique_ptr<Animal> clone() const = 0;
  virtual int legs() const = 0;
  int age = 0;
};

struct Bird : Animal {
  std::unique_ptr<Animal> clone() const override { return std::make_unique<Bird>(*this); }
  int legs() const override { return 2; }
};

struct Cat : Animal {
  std::unique_ptr<Animal> clone() const override { return std::make_unique<Cat>(*this); }
  int legs() const override { return 4; }
};

using Pet = inkling::Polymorphic<Animal>;

}  // namespace

TEST_CASE("a copy of a Polymorphic is its own object of the same class") {
  Pet cat(std::make_unique<Cat>());
  cat->age = 3;
  Pet copy = cat;
  copy->age = 4;
  CHECK(copy->legs() == 4);
  CHECK(cat->age == 3);
}

TEST_CASE("assigning a Polymorphic replaces the object, itself included") {
  Pet pet(std::make_unique<Cat>());
  const Pet bird(std::make_unique<Bird>());
  pet = bird;
  CHECK((*pet).legs() == 2);
  const Pet& same = pet;
  pet = same;
  CHECK(pet->legs() == 2);
}

TEST_CASE("moving a Polymorphic moves the object, and a moved one may be copied and assigned to") {
  static_assert(std::is_nothrow_move_constructible_v<Pet>);
  Pet cat(std::make_unique<Cat>());
  const Animal* object = &*cat;
  Pet moved = std::move(cat);
  CHECK(&*moved == object);
  const Pet empty = cat;  // NOLINT(bugprone-use-after-move): what is tested
  cat = moved;
  CHECK(cat->legs() == 4);
}

TEST_CASE("a null pointer is refused") {
  CHECK_THROWS_AS(Pet(std::unique_ptr<Animal>()), inkling::ValueError);
}
