// Chinese words for the ids of the tables. An id without a word here does not exist in the Chinese world.

/** Lines of `id=词`, several to a line, parted by two spaces or more. */
const entries = (text: string): [string, string][] => text.trim().split(/\s*\n\s*|\s{2,}/).map((entry) => {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
});

const names = `
Mia=米娅  Lily=莉莉  Anna=安娜  Zoe=佐伊  Nora=诺拉  Ruby=露比  Lucy=露西  Emma=艾玛  Clara=克拉  Molly=莫莉  Grace=格蕾
Alice=爱丽  Eva=伊娃  Ida=艾达  Julia=朱莉  Kate=凯特  Lena=蕾娜  Maya=玛雅  Rita=丽塔  Sofia=苏菲  Tess=泰丝  Ella=艾拉
Ivy=艾薇  Daisy=黛西  Tom=汤姆  Ben=本本  Max=麦克  Leo=里奥  Sam=山姆  Jack=杰克  Finn=芬恩  Tim=蒂姆  Noah=诺亚  Hugo=雨果
Oscar=奥斯  Adam=亚当  Paul=保罗  Nick=尼克  Luke=卢克  Mark=马克  Toby=托比  Eric=艾克  Fred=弗雷  Rob=罗伯  Theo=西奥
Bill=比尔  Dave=戴夫  Ned=内德
Rosa=罗莎  Greta=格塔  Helen=海伦  Olga=奥加  Vera=维拉  Martha=玛莎  Nina=尼娜  Edith=伊迪  Paula=宝拉  Irma=伊玛
Boris=鲍里  Carl=卡尔  Dan=丹丹  Frank=弗兰  Igor=伊戈  Karl=科尔  Otto=奥托  Peter=彼得  Simon=西蒙  Walter=沃特
Zelda=泽达  Petra=佩拉  Wanda=旺达  Sonja=索雅  Bella=贝拉  Freda=芙达  Gordon=戈登  Victor=维克  Ralph=拉夫  Kevin=凯文
Bruno=布诺  Harvey=哈维
Oakdale=橡树镇  Riverton=河口镇  Hillford=山脚镇  Seaview=望海镇  Stonebridge=石桥镇  Mapleton=枫叶镇  Foxwood=狐林镇
Brookside=溪边镇`;

const creatures = `
dog=狗  puppy=狗崽  woof=汪汪  kennel=狗窝  wagged its tail=摇了摇尾巴  cat=猫  kitten=猫咪  meow=喵喵  fish=鱼  basket=篮子
licked its paw=舔了舔爪子  cow=牛  calf=牛犊  moo=哞哞  barn=牛棚  swung its tail=甩了甩尾巴  sheep=绵羊  lamb=羊羔  baa=咩咩
meadow=草地  shook its wool=抖了抖羊毛  duck=鸭子  duckling=雏鸭  quack=嘎嘎  pond=池塘  dipped its head=把头伸进水里
hen=母鸡  chick=雏鸡  cluck=咯咯  coop=鸡舍  scratched the ground=刨了刨地  horse=马  foal=马驹  neigh=嘶嘶  stable=马厩
tossed its head=甩了甩头  pig=猪  piglet=猪崽  oink=哼哼  sty=猪圈  rolled in the mud=在泥里打滚  goat=山羊  kid=羊仔
bleat=咩嗯  pen=羊圈  shook its horns=晃了晃角  bear=熊  cub=熊崽  growl=呜呜  cave=山洞  scratched its back=挠了挠背
rabbit=兔子  bunny=兔崽  squeak=吱吱  burrow=地洞  wiggled its nose=动了动鼻子  frog=青蛙  tadpole=蝌蚪  croak=呱呱  swamp=沼泽
blew up its cheeks=鼓起了脸  owl=猫头鹰  owlet=鸮雏  hoot=咕咕  treetop=树顶  turned its head=转了转头  deer=鹿  fawn=鹿崽
snort=呼呼  forest=森林  lifted its ears=竖起了耳朵  goose=鹅  gosling=雏鹅  honk=昂昂  lake=湖泊  flapped its wings=拍了拍翅膀
lion=狮子  whelp=幼狮  roar=吼吼  den=兽穴  shook its mane=抖了抖鬃毛  swan=天鹅  cygnet=灰雏  hiss=嘘嘘  river=河流
bent its neck=弯了弯脖子  seal=海豹  pup=豹崽  whine=嗷嗷  shore=岸边  clapped its fins=拍了拍鳍  kangaroo=袋鼠  joey=袋崽
thump=咚咚  savanna=草原  rubbed its ears=揉了揉耳朵  eagle=老鹰  eaglet=鹰雏  screech=唳唳  spread its wings=张开了翅膀
bones=骨头  grass=青草  clover=三叶草  snails=蜗牛  corn=玉米  hay=干草  turnips=芜菁  leaves=树叶  honey=蜂蜜  carrots=胡萝卜
flies=苍蝇  mice=老鼠  berries=浆果  seeds=种子  meat=肉  weeds=水草  shrimps=小虾  herbs=香草  snakes=蛇
fur=软毛  hide=厚皮  wool=羊毛  feathers=羽毛  hair=长毛  skin=光皮  ran=跑  crept=爬  walked=走  trotted=小跑  swam=游
hurried=赶  galloped=飞奔  jumped=跳  climbed=攀  hopped=蹦  leaped=跃  flew=飞  strode=大步走  glided=滑  slid=溜  bounced=弹
soared=翱翔  cliff=悬崖`;

const people = `
he=他  she=她  him=他  her=她  his=他  boy=男孩  girl=女孩  man=男人  woman=女人  mother=妈妈  father=爸爸  sister=姐姐
brother=哥哥  grandmother=奶奶  grandfather=爷爷  aunt=姑姑  uncle=叔叔  queen=女王  king=国王  princess=公主  prince=王子
duchess=女公爵  duke=公爵  witch=女巫  wizard=巫师  lady=贵妇  lord=领主  maid=女仆  lad=小伙子
baker=面包师  bakes bread=烤面包  bakery=面包店  bread=面包  farmer=农夫  grows corn=种玉米  farm=农场  teacher=老师
teaches children=教孩子  school=学校  lessons=课文  doctor=医生  helps sick people=给人看病  hospital=医院  medicine=药
sailor=水手  sails a ship=开船  harbor=港口  knots=绳结  painter=画家  paints pictures=画画  studio=画室  pictures=图画
cook=厨师  makes dinner=做晚饭  kitchen=厨房  soup=汤  gardener=园丁  plants flowers=种花  garden=花园  bouquets=花束
miner=矿工  digs for coal=挖煤  mine=矿井  tunnels=隧道  tailor=裁缝  sews clothes=缝衣服  shop=店铺  shirts=衬衫
banker=银行家  counts money=数钱  office=办公室  bills=账单  librarian=图书管理员  lends books=借书给人  library=图书馆
labels=标签  postman=邮递员  brings letters=送信  street=街道  parcels=包裹  pilot=飞行员  flies a plane=开飞机  airport=机场
trips=旅行  nurse=护士  looks after people=照顾病人  clinic=诊所  bandages=绷带  carpenter=木匠  builds tables=做桌子
workshop=作坊  tables=桌子  singer=歌手  sings songs=唱歌  theater=剧院  songs=歌曲  clerk=职员  writes lists=写名单
station=车站  tickets=车票  guard=卫兵  watches the gate=守大门  castle=城堡  rounds=巡逻  potter=陶工  shapes clay=捏陶土
cellar=地窖  cups=杯子  child=孩子`;

const things = `
red=红色  blue=蓝色  green=绿色  yellow=黄色  white=白色  black=黑色  brown=棕色  orange=橙色  pink=粉色  purple=紫色  gray=灰色
golden=金色  silver=银色  quiet=安静  old=古老  new=崭新  narrow=狭窄  wide=宽阔  dusty=落满灰尘  empty=空荡荡  crowded=拥挤
noisy=吵闹  dark=昏暗  bright=明亮  lonely=孤单  muddy=泥泞  steep=陡峭  pretty=漂亮  famous=有名  strange=奇怪  busy=热闹
cozy=舒适  broken=破旧  clean=干净  dirty=脏脏  fancy=华丽  plain=平常  round=圆圆  rusty=生锈  shiny=闪亮  simple=简单
tidy=整齐  ugly=难看  wooden=木头  paper=纸  glass=玻璃  stone=石头  metal=金属  clay=陶土  silk=丝绸  straw=稻草  leather=皮革
tin=铁皮  sweet=甜  sour=酸  fresh=新鲜  warm=温热  cold=冷  dry=干  ripe=熟透  salty=咸  spicy=辣  crunchy=脆  juicy=多汁
soft=软  rose=玫瑰  tulip=郁金香  iris=鸢尾  oak=橡树  pine=松树  birch=桦树  willow=柳树  fern=蕨草  cactus=仙人掌
poppy=罂粟  violet=紫罗兰  mushroom=蘑菇  thistle=蓟草  maple=枫树  bike=自行车  cart=马车  wagon=货车  bus=公共汽车  truck=卡车
van=面包车  tram=电车  canoe=独木舟  raft=木筏  taxi=出租车  big=大  small=小  tiny=细小  huge=巨大  little=小小  tall=高大
kind=善良  brave=勇敢  clever=聪明  gentle=温和  funny=有趣  polite=有礼貌  patient=耐心  honest=诚实  careful=细心  cheerful=开朗
friendly=友好  happy=高兴  proud=骄傲  calm=平静  pleased=满意  merry=欢乐  thankful=感恩  excited=兴奋  grateful=感激
relaxed=轻松  sad=难过  angry=生气  tired=疲倦  hungry=饥饿  scared=害怕  worried=担心  bored=无聊  thirsty=口渴  nervous=紧张
upset=不安  sleepy=困倦  grumpy=烦躁  ball=皮球  kite=风筝  doll=娃娃  drum=小鼓  boat=小船  train=火车  balloon=气球
robot=机器人  puzzle=拼图  rope=绳子  whistle=哨子  marble=弹珠  scooter=滑板车  puppet=木偶  spinner=陀螺  dart=飞镖  sled=雪橇
paddle=船桨  tent=帐篷  hat=帽子  coat=大衣  scarf=围巾  glove=手套  boot=靴子  shirt=衬衣  cap=便帽  sock=袜子  shoe=鞋子
sweater=毛衣  apron=围裙  belt=腰带  jacket=夹克  vest=背心  ribbon=丝带  hammer=锤子  spoon=勺子  brush=刷子  broom=扫帚
bucket=水桶  shovel=铲子  needle=针  ladder=梯子  lamp=灯  knife=刀  rake=耙子  saw=锯子  pan=平底锅  pot=锅  fork=叉子
pencil=铅笔  rag=抹布  box=盒子  bag=书包  chest=箱子  drawer=抽屉  jar=罐子  pocket=口袋  cupboard=柜子  sack=麻袋  trunk=皮箱
umbrella=雨伞  blanket=毯子  clock=钟  bell=铃铛  key=钥匙  map=地图  candle=蜡烛  mirror=镜子  pillow=枕头  oven=烤炉  book=书
flute=笛子  violin=小提琴  guitar=吉他  trumpet=小号  harp=竖琴  piano=钢琴  cello=大提琴
apple=苹果  pear=梨  cake=蛋糕  pie=馅饼  bun=馒头  cheese=奶酪  banana=香蕉  cookie=曲奇  plum=李子  peach=桃子  egg=鸡蛋
sandwich=三明治  pancake=煎饼  carrot=红萝卜  potato=土豆  tomato=番茄  melon=甜瓜  onion=洋葱  muffin=松饼  waffle=华夫饼
cherry=樱桃  lemon=柠檬  grape=葡萄  pumpkin=南瓜  biscuit=饼干  pretzel=麻花  dumpling=饺子  apricot=杏子  radish=小萝卜
turnip=大头菜  milk=牛奶  tea=茶  water=水  juice=果汁  cocoa=可可  lemonade=柠檬水
a toy that flies in the wind=在风里飞的玩具  a thing that gives light=发光的东西  a tool for nails=钉钉子的工具
a thing that keeps off the rain=挡雨的东西  a thing for climbing up=爬高用的东西  a tool for a dirty floor=扫地的工具
a thing that carries people over water=载人过水的东西  a thing that shows the time=报时的东西  a thing that rings=会响的东西
a thing that opens a lock=开锁的东西  a thing that keeps you warm=保暖的东西  a tool for sewing=缝衣服的工具
a picture of the land=画着土地的图  a stick of wax that burns=会烧的蜡条  a glass that shows your face=照脸的玻璃
a soft thing for your head=垫头的软东西  a hot box for baking=烤东西的热箱子  a tool for digging=挖土的工具
a cart with four wheels=四个轮子的车  a thing with many pages=有很多页的东西
attic=阁楼  hall=大厅  shed=棚子  tower=塔楼  closet=衣橱  cabin=船舱  bedroom=卧室
mild=清淡  watery=水水  tart=微酸  peppery=辛辣  rich=富有  hot=热  tree=果树  palm=棕榈树  field=田野  greenhouse=温室  vine=藤架  orchard=果园
elephant=大象  fire=火  rocket=火箭  winner=赢家  barrel=酒桶  snake=长蛇  rock=岩石  plate=盘子  giant=巨人  mountain=高山
bonbon=糖果  rooster=公鸡  ant=蚂蚁  snowball=雪球  snail=小蜗牛  orphan=孤儿  baby=婴儿  desert=沙漠  bone=老骨头
minute=一分钟  mouse=小老鼠  thread=细线  beggar=乞丐  feather=一根羽毛  valley=山谷  pebble=鹅卵石
fast=快  slow=慢  young=年轻  full=满  wet=湿  long=长  short=短  hard=硬  loud=响  strong=强壮  weak=虚弱  poor=贫穷
heavy=重  light=轻  high=高  low=低  thick=厚  thin=薄  sharp=尖  dull=钝  early=早  late=晚  smooth=光滑  rough=粗糙
the sky=天空  snow=雪  the sun=太阳  blood=血  coal=煤  chocolate=巧克力  a cloud=云  a carrot=一根萝卜  a plum=一颗李子
a flamingo=火烈鸟  a crow=乌鸦  a leaf=叶子  a strawberry=草莓  a pumpkin=大南瓜  the sea=大海  a lemon=一个柠檬
plant=植物  air=空气  weather=天气  star=星星  liquid=液体  fuel=燃料  treat=零食  mist=雾气  vegetable=蔬菜  fruit=水果  bird=鸟
drink=饮料  greenery=绿叶  berry=莓果`;

const placesAndTimes = `
park=公园  run and play=跑步和玩耍  swings=秋千  roses=玫瑰花  beach=海滩  build with sand=堆沙子  shells=贝壳
feed the animals=喂动物  tractors=拖拉机  market=市场  buy fresh food=买新鲜的菜  baskets=菜篮  learn to read=学认字  desks=课桌
borrow a story=借故事书  bookshelves=书架  zoo=动物园  look at lions=看狮子  cages=笼子  meet the king=见国王  towers=高塔
buy warm bread=买热面包  ovens=大烤炉  museum=博物馆  learn about the past=了解过去  wait for a train=等火车  rails=铁轨
watch the ships=看大船  anchors=铁锚  listen to songs=听歌  curtains=幕布  get well again=治好病  nurses=很多护士  mill=磨坊
grind the corn=磨玉米  sacks=大麻袋  island=小岛  swim in the sea=在海里游泳  palms=椰树  bridge=大桥  cross the river=过河
lanterns=灯笼  plant flowers=种一些花  hill=山坡  valley=山谷  stream=小溪  wood=树林  path=小路  mountain=高山  marsh=湿地  hedge=树篱
canyon=峡谷  creek=溪流  dune=沙丘  grove=小树林  glade=空地  trail=山路  bed=床  table=桌子  chair=椅子  bench=长凳  door=门
wall=墙  bush=灌木  fence=栅栏  carpet=地毯  curtain=窗帘  window=窗户  stove=炉子  shelf=架子
sunny=晴天  the sun was hot=太阳很晒  rainy=雨天  the rain fell on the roof=雨打在屋顶上  windy=风天  the wind blew the leaves=风吹着树叶
snowy=雪天  the snow was deep=雪积得很深  foggy=雾天  nobody could see the road=谁也看不见路  stormy=雷雨天  the thunder was loud=雷声很大
frosty=霜天  the ground was hard=地面冻硬了  spring=春天  summer=夏天  autumn=秋天  winter=冬天
Monday=星期一  Tuesday=星期二  Wednesday=星期三  Thursday=星期四  Friday=星期五  Saturday=星期六  Sunday=星期日
wash their clothes=洗衣服  go to the market=去赶集  clean the windows=擦窗户  bake bread=蒸面包  eat fish=吃鱼
dance in the square=在广场上跳舞  visit their friends=看望朋友
January=一月  February=二月  March=三月  April=四月  May=五月  June=六月  July=七月  August=八月  September=九月  October=十月
November=十一月  December=十二月  the sea=大海  a lake=湖边  a forest=大森林  the hills=丘陵  a river=大河  the desert=大沙漠
a swamp=大沼泽  the mountains=群山
zero=零  one=一  two=二  three=三  four=四  five=五  six=六  seven=七  eight=八  nine=九  ten=十  eleven=十一  twelve=十二
thirteen=十三  fourteen=十四  fifteen=十五  sixteen=十六  seventeen=十七  eighteen=十八  nineteen=十九  twenty=二十`;

const WORDS = new Map([names, creatures, people, things, placesAndTimes].flatMap(entries));

/** The Chinese word for an id; sums are put together from their parts. */
export function word(id: string): string | undefined {
  const sum = /^(\w+) (plus|minus) (\w+)$/.exec(id);
  if (!sum) return WORDS.get(id);
  const [first, second] = [WORDS.get(sum[1]!), WORDS.get(sum[3]!)];
  return first && second ? first + (sum[2] === 'plus' ? '加' : '减') + second : undefined;
}
