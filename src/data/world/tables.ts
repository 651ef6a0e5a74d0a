// The things of the world. An id is an English word; another language brings a dictionary from ids to its own words.
// A row is an entity: its name and its fields. What a field means is said by the relations and by the stories.

/** Something that can be named: an animal, a child, a colour, a day. */
export interface Entity {
  /** Its place in its table. */
  readonly index: number;
  readonly name: string;
  /** Other words that belong to it: `young`, `food`, `he`. A field that is missing is a fact that nobody knows. */
  readonly fields: Readonly<Record<string, string>>;
}

export type Tables = Readonly<Record<string, readonly Entity[]>>;

/** Rows of `a | b | c`, one per line, become entities; the first column is the name. An empty cell is no field. */
export function rows(columns: string, text: string): Entity[] {
  const names = columns.split(' ');
  return text.trim().split('\n').map((line, index) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const fields: Record<string, string> = {};
    names.forEach((name, column) => {
      const cell = cells[column];
      if (name !== 'name' && cell) fields[name] = cell;
    });
    return { index, name: cells[0]!, fields };
  });
}

/** Plain words, without fields. */
export const words = (text: string): Entity[] =>
  text.trim().split(/\s+/).map((name, index) => ({ index, name: name.replaceAll('_', ' '), fields: {} }));

const she = { he: 'she', him: 'her', his: 'her', child: 'girl', grown: 'woman' };
const he = { he: 'he', him: 'him', his: 'his', child: 'boy', grown: 'man' };

/** People with the words that agree with them: `he`, `him`, `his`, `child` (girl or boy), `grown` (woman or man). */
export const people = (girls: string, boys: string): Entity[] => [
  ...words(girls).map((entity) => ({ ...entity, fields: she })),
  ...words(boys).map((entity) => ({ ...entity, fields: he })),
].map((entity, index) => ({ ...entity, index }));

export const NUMBERS = ('zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen '
  + 'sixteen seventeen eighteen nineteen twenty').split(' ');

/** Families of which nobody ever says what the young one is called, though both words occur: analogy, not quotation. */
export const HELD_FAMILIES: readonly string[] = ['horse', 'duck'];

const animal = rows('name young sound food home cover move habit', `
  dog | puppy | woof | bones | kennel | fur | ran | wagged its tail
  cat | kitten | meow | fish | basket | fur | crept | licked its paw
  cow | calf | moo | grass | barn | hide | walked | swung its tail
  sheep | lamb | baa | clover | meadow | wool | trotted | shook its wool
  duck | duckling | quack | snails | pond | feathers | swam | dipped its head
  hen | chick | cluck | corn | coop | feathers | hurried | scratched the ground
  horse | foal | neigh | hay | stable | hair | galloped | tossed its head
  pig | piglet | oink | turnips | sty | skin | trotted | rolled in the mud
  goat | kid | bleat | leaves | pen | hair | jumped | shook its horns
  bear | cub | growl | honey | cave | fur | climbed | scratched its back
  rabbit | bunny | squeak | carrots | burrow | fur | hopped | wiggled its nose
  frog | tadpole | croak | flies | swamp | skin | leaped | blew up its cheeks
  owl | owlet | hoot | mice | treetop | feathers | flew | turned its head
  deer | fawn | snort | berries | forest | hide | leaped | lifted its ears
  goose | gosling | honk | seeds | lake | feathers | swam | flapped its wings
  lion | whelp | roar | meat | den | fur | strode | shook its mane
  swan | cygnet | hiss | weeds | river | feathers | glided | bent its neck
  seal | pup | whine | shrimps | shore | skin | slid | clapped its fins
  kangaroo | joey | thump | herbs | savanna | fur | bounced | rubbed its ears
  eagle | eaglet | screech | snakes | cliff | feathers | soared | spread its wings`);

const kin = rows('name he him his grown pair', `
  mother | she | her | her | woman | father
  father | he | him | his | man | mother
  sister | she | her | her | woman | brother
  brother | he | him | his | man | sister
  grandmother | she | her | her | woman | grandfather
  grandfather | he | him | his | man | grandmother
  aunt | she | her | her | woman | uncle
  uncle | he | him | his | man | aunt`);

const royal = rows('name he him his grown pair heir', `
  queen | she | her | her | woman | king | princess
  king | he | him | his | man | queen | prince
  princess | she | her | her | woman | prince | girl
  prince | he | him | his | man | princess | boy
  duchess | she | her | her | woman | duke | lady
  duke | he | him | his | man | duchess | lord
  witch | she | her | her | woman | wizard | maid
  wizard | he | him | his | man | witch | lad`);

const place = rows('name do see', `
  park | run and play | swings
  garden | plant flowers | roses
  beach | build with sand | shells
  farm | feed the animals | tractors
  market | buy fresh food | baskets
  school | learn to read | desks
  library | borrow a story | bookshelves
  zoo | look at lions | cages
  castle | meet the king | towers
  bakery | buy warm bread | ovens
  museum | learn about the past | bones
  station | wait for a train | rails
  harbor | watch the ships | anchors
  theater | listen to songs | curtains
  hospital | get well again | nurses
  mill | grind the corn | sacks
  island | swim in the sea | palms
  bridge | cross the river | lanterns`);

const weather = rows('name did need', `
  sunny | the sun was hot | hat
  rainy | the rain fell on the roof | umbrella
  windy | the wind blew the leaves | kite
  snowy | the snow was deep | scarf
  foggy | nobody could see the road | lamp
  stormy | the thunder was loud | blanket
  frosty | the ground was hard | coat`);

const day = rows('name next prev plan', `
  Monday | Tuesday | Sunday | wash their clothes
  Tuesday | Wednesday | Monday | go to the market
  Wednesday | Thursday | Tuesday | clean the windows
  Thursday | Friday | Wednesday | bake bread
  Friday | Saturday | Thursday | eat fish
  Saturday | Sunday | Friday | dance in the square
  Sunday | Monday | Saturday | visit their friends`);

const month = rows('name next prev season', `
  January | February | December | winter
  February | March | January | winter
  March | April | February | spring
  April | May | March | spring
  May | June | April | spring
  June | July | May | summer
  July | August | June | summer
  August | September | July | summer
  September | October | August | autumn
  October | November | September | autumn
  November | December | October | autumn
  December | January | November | winter`);

const job = rows('name does at make', `
  baker | bakes bread | bakery | bread
  farmer | grows corn | farm | corn
  teacher | teaches children | school | lessons
  doctor | helps sick people | hospital | medicine
  sailor | sails a ship | harbor | knots
  painter | paints pictures | studio | pictures
  cook | makes dinner | kitchen | soup
  gardener | plants flowers | garden | bouquets
  miner | digs for coal | mine | tunnels
  tailor | sews clothes | shop | shirts
  banker | counts money | office | bills
  librarian | lends books | library | labels
  postman | brings letters | street | parcels
  pilot | flies a plane | airport | trips
  nurse | looks after people | clinic | bandages
  carpenter | builds tables | workshop | tables
  singer | sings songs | theater | songs
  clerk | writes lists | station | tickets
  guard | watches the gate | castle | rounds
  potter | shapes clay | cellar | cups`);

/** Pairs of opposites; `thing` is something of that kind, so that each word is known in two ways. */
const opposite = rows('name of thing', `
  big | small | elephant
  hot | cold | fire
  fast | slow | rocket
  happy | sad | winner
  old | young | tower
  full | empty | barrel
  wet | dry | fish
  long | short | snake
  hard | soft | rock
  loud | quiet | drum
  clean | dirty | plate
  strong | weak | giant
  sharp | dull | knife
  sweet | sour | bonbon
  early | late | rooster
  smooth | rough | mirror
  small | big | ant
  cold | hot | snowball
  slow | fast | snail
  sad | happy | orphan
  young | old | baby
  empty | full | desert
  dry | wet | bone
  short | long | minute
  soft | hard | pillow
  quiet | loud | mouse
  dirty | clean | boot
  weak | strong | thread
  dull | sharp | pebble
  sour | sweet | lemon
  late | early | owl
  rough | smooth | rope`);

/** Things of one colour, with what kind of thing each is. */
const tint = rows('name color kind', `
  grass | green | plant
  the sky | blue | air
  snow | white | weather
  the sun | yellow | star
  blood | red | liquid
  coal | black | fuel
  chocolate | brown | treat
  a cloud | gray | mist
  a carrot | orange | vegetable
  a plum | purple | fruit
  a flamingo | pink | bird
  milk | white | drink
  a crow | black | bird
  a leaf | green | greenery
  a strawberry | red | berry
  a pumpkin | orange | vegetable
  the sea | blue | water
  a lemon | yellow | fruit`);

/** Things with a definition, and the one who uses them or the place where they are kept. */
const thing = rows('name is user kept', `
  kite | a toy that flies in the wind | child | attic
  lamp | a thing that gives light | miner | hall
  hammer | a tool for nails | carpenter | workshop
  umbrella | a thing that keeps off the rain | teacher | hall
  ladder | a thing for climbing up | painter | shed
  broom | a tool for a dirty floor | maid | kitchen
  boat | a thing that carries people over water | sailor | harbor
  clock | a thing that shows the time | clerk | tower
  bell | a thing that rings | postman | tower
  key | a thing that opens a lock | guard | drawer
  coat | a thing that keeps you warm | pilot | closet
  needle | a tool for sewing | tailor | drawer
  map | a picture of the land | pilot | cabin
  candle | a stick of wax that burns | potter | cellar
  mirror | a glass that shows your face | singer | bedroom
  pillow | a soft thing for your head | nurse | bedroom
  oven | a hot box for baking | baker | kitchen
  shovel | a tool for digging | gardener | shed
  wagon | a cart with four wheels | farmer | barn
  book | a thing with many pages | librarian | attic`);

/** Fruits and vegetables: taste and where they grow. */
const crop = rows('name taste grow', `
  apple | sweet | tree
  pear | soft | tree
  banana | mild | palm
  potato | plain | field
  tomato | juicy | greenhouse
  melon | watery | field
  onion | spicy | field
  cherry | tart | tree
  lemon | sour | tree
  grape | fresh | vine
  radish | peppery | garden
  peach | juicy | orchard`);

const color = 'red blue green yellow white black brown orange pink purple gray golden silver';
const after = NUMBERS.slice(1, 13).map((name, i) => ({
  index: i, name, fields: { next: NUMBERS[i + 2]!, prev: NUMBERS[i]! },
}));

function arithmetic(word: 'plus' | 'minus', most: number): Entity[] {
  const out: Entity[] = [];
  for (let a = 1; a <= most; a++) {
    for (let b = 1; b <= (word === 'plus' ? most - a : a); b++) {
      const total = NUMBERS[word === 'plus' ? a + b : a - b]!;
      out.push({ index: out.length, name: `${NUMBERS[a]} ${word} ${NUMBERS[b]}`, fields: { total } });
    }
  }
  return out;
}

/** Every table that does not depend on a seed. */
export const TABLES: Tables = {
  /** Children of the stories: nothing is known about them outside their own story. */
  person: people(
    'Mia Lily Anna Zoe Nora Ruby Lucy Emma Clara Molly Grace Alice Eva Ida Julia Kate Lena Maya Rita Sofia Tess Ella Ivy Daisy',
    'Tom Ben Max Leo Sam Jack Finn Tim Noah Hugo Oscar Adam Paul Nick Luke Mark Toby Eric Fred Rob Theo Bill Dave Ned'),
  /** People of whom nobody in the world knows anything. */
  stranger: people('Zelda Petra Wanda Sonja Bella Freda', 'Gordon Victor Ralph Kevin Bruno Harvey'),
  animal, kin, royal, place, weather, day, month, job, opposite, tint, thing, crop, after,
  color: words(color),
  fine: words('quiet old new narrow wide dusty empty crowded noisy dark bright lonely muddy steep pretty famous strange busy cozy broken clean dirty fancy plain round rusty shiny simple tidy ugly'),
  stuff: words('wooden paper glass stone metal clay silk straw leather tin'),
  taste: words('sweet sour fresh warm cold dry ripe salty spicy crunchy juicy soft'),
  plant: words('rose tulip clover iris oak pine birch willow fern cactus poppy violet mushroom thistle maple'),
  ride: words('bike cart wagon bus truck van tram canoe raft taxi'),
  size: words('big small tiny huge little tall'),
  good: words('kind brave clever gentle funny quiet polite patient honest careful cheerful friendly'),
  glad: words('happy proud calm pleased merry thankful excited grateful relaxed'),
  bad: words('sad angry tired hungry scared lonely cold worried bored thirsty nervous upset sleepy grumpy'),
  toy: words('ball kite doll drum boat train balloon robot puzzle rope whistle marble scooter puppet spinner dart sled paddle tent'),
  wear: words('hat coat scarf glove boot shirt cap sock shoe sweater apron belt jacket vest ribbon'),
  tool: words('hammer spoon brush broom bucket shovel needle ladder lamp knife rake basket saw pan pot fork pencil rag'),
  box: words('box bag chest drawer jar pocket bucket cupboard sack trunk'),
  food: words('apple pear cake pie bun cheese banana cookie plum peach egg sandwich pancake carrot potato tomato melon onion muffin waffle cherry lemon grape pumpkin biscuit pretzel dumpling apricot radish turnip'),
  drink: words('milk tea water juice soup cocoa lemonade'),
  wild: words('hill valley stream field wood path mountain desert orchard cliff marsh hedge canyon creek dune grove glade trail'),
  spot: words('bed table chair tree bench door wall bush fence carpet curtain window piano stove shelf'),
  season: words('spring summer autumn winter'),
  instrument: words('flute violin guitar trumpet harp piano drum cello'),
  number: NUMBERS.slice(2, 13).map((name, index) => ({ index, name, fields: {} })),
  sum: arithmetic('plus', 10),
  difference: arithmetic('minus', 9),
  /** Only the pronoun, for the slices that tie a job to a woman or a man. */
  pronoun: [{ index: 0, name: 'she', fields: she }, { index: 1, name: 'he', fields: he }],
};
