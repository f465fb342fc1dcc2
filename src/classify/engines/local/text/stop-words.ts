import type { LanguageCode } from './language.ts';

/** Words that say nothing about a document, by language, without accents. */
const LISTS: Record<LanguageCode, string> = {
  en:
    'a an the of to and in for on with at by from as is are was were be been being it its this that these those or not no ' +
    'but if then than so such into over under about between within without during before after above below up down out ' +
    'off again further once here there when where why how all any both each few more most other some own same too very ' +
    'can will just should now has have had having do does did doing he she they him his her their we you your i me my our ' +
    'us who whom which what also may might must shall would could etc eg ie via per vs',
  de:
    'der die das den dem des ein eine einen einem einer eines und oder aber nicht kein keine keinen keiner in im an am auf ' +
    'aus bei beim mit nach von vom vor zu zum zur uber unter fur durch gegen ohne um als wie wenn dass weil ob ist sind war ' +
    'waren wird werden wurde wurden sein hat haben hatte kann konnen muss mussen soll sollen darf ich du er sie es wir ihr ' +
    'ihre ihren ihrem ihrer sich mich uns unser unsere diese dieser dieses diesem diesen welche welcher auch nur noch schon ' +
    'sehr bis seit sowie bzw usw etwa so da hier dort man alle alles andere anderen',
  fr:
    'le la les l un une des de du d et ou mais ne pas non plus en dans sur sous avec sans pour par a au aux ce cet cette ces ' +
    'qui que quoi dont est sont etait etaient etre ete a ont avait avoir il elle ils elles on nous vous je tu se sa son ses ' +
    'leur leurs notre nos votre vos mon ma mes y si tout tous toute toutes autre autres meme aussi comme entre vers chez',
  es:
    'el la los las lo un una unos unas de del al y o u pero no ni en con sin por para sobre entre hasta desde a ante segun que ' +
    'quien cual es son era eran ser sido esta estan este esta estos estas ese esa eso su sus se le les me mi nos nuestro ' +
    'usted ustedes ha han habia haber como mas muy tambien ya si todo todos toda todas otro otra otros otras',
  it:
    'il lo la i gli le l un uno una di a da in con su per tra fra del dello della dei degli delle al allo alla ai agli alle ' +
    'dal dalla dai dalle nel nella nei nelle sul sulla e o ma non ne che chi cui e sono era essere stato ha hanno aveva ' +
    'avere si ci vi mi ti lui lei loro noi voi suo sua suoi sue questo questa questi queste quello quella come piu anche se ' +
    'tutto tutti tutta altre altri altro',
  pt:
    'o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas com sem para sobre entre ate e ou ' +
    'mas nao nem que quem qual e sao era eram ser foi foram ter tem tinha ha este esta estes estas esse essa isso seu sua ' +
    'seus suas se lhe me nos como mais muito tambem ja todo todos toda todas outro outra outros outras ao aos',
  nl:
    'de het een en of maar niet geen in op aan uit bij met naar van voor door over onder tegen zonder om als dat die dit deze ' +
    'is zijn was waren wordt worden werd heeft hebben had kan kunnen moet moeten zal zullen mag ik jij hij zij ze wij we u ' +
    'uw hun hen haar zich ons onze mijn er hier daar ook nog al zeer tot sinds dan te alle alles andere',
  pl:
    'i w z na do o od za po przez dla przy nad pod bez ze oraz lub albo ale nie jest sa byl byla bylo byly byc sie to ten ta te ' +
    'tego tej tym tych ktory ktora ktore ktorych jak jako czy co kto jego jej ich moj nasz pan pani tylko tez juz jeszcze ' +
    'bardzo wszystkie inne inny a u ma maja moze',
};

const SETS = new Map(Object.entries(LISTS).map(([code, list]) => [code, new Set(list.split(' '))]));

/** @param plain in lower case, without accents. */
export function isStopWordIn(plain: string, code: LanguageCode): boolean {
  return SETS.get(code)!.has(plain);
}
